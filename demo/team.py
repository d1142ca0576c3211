"""The team of the demo case with five bodies: actions and questions in each state, own and shared notes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from casework.cases import question_actions, work_actions
from casework.cases.models import Action, Case, CaseQuestion, Strand
from casework.cases.vocabulary import DropReason
from casework.teams import actions as teams
from casework.teams import note_actions
from casework.teams.models import Member
from casework.teams.vocabulary import EndReason, Hat, Purpose, Visibility
from casework.teams.work_actions import add_action_for
from foundation.accounts.models import Organisation, User

from .simulated_year import Player, moment


@dataclass(frozen=True)
class Body:
    """A body of the team. ``handle``: who accepts for it, of ``demo.people``."""

    organisation: str
    handle: str
    hats: tuple[Hat, ...]
    purpose: Purpose
    reason: str


BODIES = [
    Body("DE-BY", "gull", (Hat.WORKS, Hat.CONTENT), Purpose.FAMILY, "Begleitet die Familie vor Ort. (Demo)"),
    Body("body", "osprey", (Hat.CONSULTED, Hat.RISK), Purpose.SAFETY, "Reisepläne, Abklärung der Gefahr. (Demo)"),
    Body("youth", "grebe", (Hat.WORKS, Hat.PROCESS), Purpose.MINOR, "Der Jugendliche ist 16. (Demo)"),
    Body("school", "teal", (Hat.WORKS,), Purpose.EVERYDAY, "Fehlt seit drei Wochen im Unterricht. (Demo)"),
    Body("probation", "knot", (Hat.CONSULTED,), Purpose.RELEASE, "Der ältere Bruder steht unter Bewährung. (Demo)"),
]
WAITS = Body("DE-NW", "avocet", (Hat.CONSULTED,), Purpose.OPINION, "Zweite Einschätzung der Gruppe. (Demo)")
DECLINES = Body("DE-SN", "eider", (Hat.CONSULTED,), Purpose.OPINION, "Kennt die Gruppe. (Demo)")
#: The handle of who works for a body.
WRITERS = {body.organisation: body.handle for body in BODIES}
#: Body, what has to be done, hours until it is due from now, and how it stands.
ACTIONS = [
    ("DE-BY", "Erstes Gespräch mit den Eltern führen", -200, "done"),
    ("DE-BY", "Wöchentliches Gespräch mit der Mutter vereinbaren", 70, "begun"),
    ("body", "Ausreise prüfen und Rückmeldung geben", 20, "agreed"),
    ("youth", "Hausbesuch", -30, "agreed"),
    ("youth", "Hilfeplan mit der Familie besprechen", 160, "begun"),
    ("school", "Gespräch mit dem Klassenlehrer", 90, "proposed"),
    ("school", "Nachhilfe organisieren", 120, "dropped"),
    ("probation", "Termin mit dem Bruder", 48, "agreed"),
]
#: Body, what its person wrote, hours ago, and who reads a copy: the team, a body and the centre, or nobody.
NOTES = [
    (
        "DE-BY",
        "Die Mutter wirkt erschöpft, der Vater hält sich zurück. Nächstes Gespräch ohne den Sohn. (Demo)",
        150,
        "",
    ),
    ("DE-BY", "Die Familie will mit allen Stellen sprechen, am liebsten an einem Tisch. (Demo)", 120, "team"),
    ("body", "Die Fahrkarte ist für den 14. gebucht, einfache Fahrt. (Demo)", 90, "youth"),
    ("body", "Rückfrage bei der Bundespolizei läuft. (Demo)", 30, ""),
    ("youth", "Beim ersten Hausbesuch war nur die Schwester zu Hause. (Demo)", 40, "team"),
]

STEPS = {
    "agreed": (),
    "begun": ("begin",),
    "done": ("begin", "finish"),
    "proposed": ("propose",),
    "dropped": ("propose", "confirm"),
}


@dataclass(frozen=True)
class Step:
    """What ``who`` does at this time. The steps are taken in the order of time, in which a timeline shows them."""

    at: datetime
    who: User
    do: Callable[[], object]


def take(steps: Iterable[Step]) -> None:
    for step in sorted(steps, key=lambda step: step.at):
        with moment(step.who, step.at):
            step.do()


@dataclass(frozen=True)
class CaseOfTeam:
    """What happens in the case, by whom and when."""

    player: Player
    case: Case
    organisations: Mapping[str, Organisation]
    people: Mapping[str, User]
    now: datetime

    @property
    def leads(self) -> User:
        return self.player.handlers[0]

    def member(self, key: str) -> Member:
        return Member.objects.get(team=self.case.pk, organisation=self.organisations[key])

    def invitations(self, bodies: Sequence[Body], days_ago: int) -> Iterator[Step]:
        """One a day; each accepts some hours later."""
        for number, body in enumerate(bodies):
            at = self.now - timedelta(days=days_ago - number)
            yield Step(at, self.leads, partial(self._invite, body))
            yield Step(at + timedelta(hours=5), self.people[body.handle], partial(self._accept, body))

    def all_invitations(self) -> Iterator[Step]:
        """Also one that was declined, and one that waits."""
        yield from self.invitations(BODIES, days_ago=18)
        yield Step(self.now - timedelta(days=6), self.leads, partial(self._invite, DECLINES))
        yield Step(self.now - timedelta(days=5), self.people[DECLINES.handle], self._decline)
        yield Step(self.now - timedelta(hours=3), self.leads, partial(self._invite, WAITS))

    def _invite(self, body: Body) -> None:
        teams.invite(
            by=self.leads,
            member_id=self.player.new_id(),
            case_id=self.case.pk,
            organisation=self.organisations[body.organisation],
            hats=body.hats,
            purpose=body.purpose,
            reason=body.reason,
        )

    def _accept(self, body: Body) -> None:
        member = self.member(body.organisation)
        teams.accept(by=self.people[body.handle], member_id=member.pk, version=member.version)

    def _decline(self) -> None:
        member = self.member(DECLINES.organisation)
        by = self.people[DECLINES.handle]
        teams.decline(by=by, member_id=member.pk, version=member.version, reason=EndReason.CONFLICT)

    def work(self) -> Iterator[Step]:
        """Each action is added three days before it is due, at the latest eight days ago, and carried so far."""
        for key, text, hours, ending in ACTIONS:
            due_at, action_id = self.now + timedelta(hours=hours), self.player.new_id()
            added_at = min(due_at - timedelta(days=3), self.player.until - timedelta(days=8))
            yield Step(added_at, self.leads, partial(self._add_action, action_id, key, text, due_at))
            for number, name in enumerate(STEPS[ending]):
                who = self.people["crane" if name == "confirm" else WRITERS[key]]
                yield Step(added_at + timedelta(hours=20 + number), who, partial(_carry, who, action_id, name))

    def _add_action(self, action_id: uuid.UUID, key: str, text: str, due_at: datetime) -> None:
        add_action_for(
            by=self.leads,
            action_id=action_id,
            case_id=self.case.pk,
            organisation=self.organisations[key],
            text=text,
            strand=Strand.SECURITY if "Ausreise" in text else Strand.SOCIAL,
            due_at=due_at,
        )

    def notes(self) -> Iterator[Step]:
        for key, text, hours, copy in NOTES:
            who = self.people[WRITERS[key]]
            yield Step(self.now - timedelta(hours=hours), who, partial(self._note, who, key, text, copy))

    def _note(self, by: User, key: str, text: str, copy: str) -> None:
        note = note_actions.write_note(by=by, member_id=self.member(key).pk, note_id=self.player.new_id(), text=text)
        if copy:
            note_actions.share_note(
                by=by,
                note_id=note.pk,
                shared_id=self.player.new_id(),
                visibility=Visibility.TEAM if copy == "team" else Visibility.MEMBERS,
                shown_to=[] if copy == "team" else [self.member(copy)],
                with_centre=True,
            )

    def questions(self) -> Iterator[Step]:
        """What the triage left open is answered; something else is still asked."""
        yield Step(self.now - timedelta(days=9), self.leads, self._answer)
        yield Step(self.now - timedelta(days=4), self.leads, self._ask)

    def _answer(self) -> None:
        question = CaseQuestion.objects.get(case=self.case)
        question_actions.answer_question(
            by=self.leads,
            question_id=question.pk,
            version=question.version,
            answer="Neunte Klasse, seit drei Wochen nicht im Unterricht. (Demo)",
            source="Klassenlehrer, am Telefon (Demo)",
            reliability="b",
            credibility="2",
        )

    def _ask(self) -> None:
        words = "Wer hat die Fahrkarte bezahlt? (Demo)"
        key = self.player.new_id()
        question_actions.ask_question(by=self.leads, question_id=key, case_id=self.case.pk, text=words)


def _carry(by: User, action_id: uuid.UUID, step: str) -> None:
    version = Action.objects.values_list("version", flat=True).get(pk=action_id)
    if step == "begin":
        work_actions.begin_action(by=by, action_id=action_id, version=version)
    elif step == "finish":
        result = "Gespräch geführt, die Eltern wirken entlastet. (Demo)"
        work_actions.finish_action(by=by, action_id=action_id, version=version, result=result)
    elif step == "propose":
        work_actions.drop_action(
            by=by,
            action_id=action_id,
            version=version,
            reason=DropReason.ELSEWHERE,
            result="Übernimmt schon ein Verein. (Demo)",
        )
    else:
        work_actions.confirm_drop(by=by, action_id=action_id, version=version)
