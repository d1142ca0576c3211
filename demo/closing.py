"""Cases of the demo whose work comes to an end: one with a proposal; two are monitored, one of them with a warning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from casework.cases.vocabulary import CloseReason, ReopenCause
from casework.closures import actions
from casework.closures.models import Closure, Opinion
from casework.closures.reopening_actions import propose_reopening
from casework.teams import actions as teams
from casework.teams.models import Member
from casework.teams.vocabulary import Hat, Purpose
from foundation.accounts.models import User
from handoff.referrals.centre_actions import carry_out_closure

from .team import WRITERS, CaseOfTeam, Step

REACHED = "Er geht wieder zur Schule und spricht mit der Mutter. Der Ausbildungsplatz ist noch offen. (Demo)"
SERVICES = "Die Schulsozialarbeit und das Jugendzentrum, ohne Hinweis auf die Beratung. (Demo)"
WITHOUT = "Am Anfang wurde keine Einschätzung gemacht. (Demo)"
SIGN = "Er war am Wochenende wieder mit der Gruppe unterwegs. (Demo)"


@dataclass(frozen=True)
class ClosingOfCase:
    """What the bodies of a case say to its end, by whom and when. ``body``: the one that answers."""

    team: CaseOfTeam
    coordinator: User
    body: str

    def waiting(self) -> Iterator[Step]:
        """One body is for it, the other one is still to be heard."""
        now = self.team.now
        yield from self._join("school", now - timedelta(days=12), Hat.WORKS)
        yield from self._join(self.body, now - timedelta(days=11), Hat.WORKS, Hat.RISK)
        yield Step(now - timedelta(days=1), self.team.leads, partial(self._propose, is_monitored=True))
        yield self._supported(now - timedelta(hours=4))

    def with_warning_sign(self) -> Iterator[Step]:
        """Monitored; then the body sees a warning sign."""
        yield from self.monitored()
        yield Step(self.team.now - timedelta(hours=5), self._person, self._ask_to_reopen)

    def monitored(self) -> Iterator[Step]:
        """Agreed and carried out."""
        now, leads = self.team.now, self.team.leads
        yield from self._join(self.body, now - timedelta(days=25), Hat.WORKS)
        yield Step(now - timedelta(days=15), leads, partial(self._propose, is_monitored=True))
        yield self._supported(now - timedelta(days=14))
        yield Step(now - timedelta(days=13), self.coordinator, self._agree)
        yield Step(now - timedelta(days=12), leads, self._carry_out)

    @property
    def _person(self) -> User:
        return self.team.people[WRITERS[self.body]]

    @property
    def _closure(self) -> Closure:
        return Closure.objects.get(team=self.team.case.pk)

    def _join(self, key: str, at: datetime, *hats: Hat) -> Iterator[Step]:
        yield Step(at, self.team.leads, partial(self._invite, key, hats))
        yield Step(at + timedelta(hours=3), self.team.people[WRITERS[key]], partial(self._accept, key))

    def _invite(self, key: str, hats: tuple[Hat, ...]) -> None:
        teams.invite(
            by=self.team.leads,
            member_id=self.team.player.new_id(),
            case_id=self.team.case.pk,
            organisation=self.team.organisations[key],
            hats=hats,
            purpose=Purpose.EVERYDAY,
            reason="Kennt den Jugendlichen seit Jahren. (Demo)",
        )

    def _accept(self, key: str) -> None:
        member: Member = self.team.member(key)
        teams.accept(by=self.team.people[WRITERS[key]], member_id=member.pk, version=member.version)

    def _propose(self, *, is_monitored: bool) -> None:
        actions.propose_closure(
            by=self.team.leads,
            closure_id=self.team.player.new_id(),
            case_id=self.team.case.pk,
            reason=CloseReason.GOALS_MET,
            reached=REACHED,
            without_assessment=WITHOUT,
            services=SERVICES,
            family_knows=True,
            is_monitored=is_monitored,
        )

    def _supported(self, at: datetime) -> Step:
        return Step(at, self._person, self._support)

    def _support(self) -> None:
        opinion = Opinion.objects.get(closure=self._closure, organisation=self.team.organisations[self.body])
        actions.give_opinion(by=self._person, opinion_id=opinion.pk, version=opinion.version, is_for=True)

    def _agree(self) -> None:
        closure = self._closure
        actions.decide(by=self.coordinator, closure_id=closure.pk, version=closure.version, agrees=True)

    def _carry_out(self) -> None:
        closure = self._closure
        carry_out_closure(by=self.team.leads, closure_id=closure.pk, version=closure.version)

    def _ask_to_reopen(self) -> None:
        propose_reopening(
            by=self._person,
            reopening_id=self.team.player.new_id(),
            case_id=self.team.case.pk,
            cause=ReopenCause.WARNING_SIGN,
            words=SIGN,
        )
