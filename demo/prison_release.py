"""A release from prison in three weeks, with steps of five bodies; and one that is settled."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from casework.cases.models import Action, Strand
from casework.cases.work_actions import finish_action
from casework.releases import actions, report_actions
from casework.releases.models import ExitReport, PrisonRelease
from casework.releases.step_actions import add_step
from casework.releases.vocabulary import Phase, Recipient
from casework.teams.models import Member
from casework.teams.vocabulary import Hat, Purpose
from foundation.accounts.models import Organisation, User

from .simulated_year import Player
from .stories import CALM, Story
from .team import Body, CaseOfTeam, Step, take

DETAILS = {
    "channel": "phone", "caller_type_id": "parent", "relation": "child", "language": "de", "country": "DE",
    "postal_code": "97070", "municipality": "Würzburg", "age_band": "21_26", "sex": "male",
    "phenomenon": "religious", "topics": ["family"], "alias": "Anrufende Person H.",
    "notes": "Der Sohn wird entlassen. Die Eltern wissen nicht, wie es dann weitergeht. (Demo)",
}  # fmt: skip
BODIES = [
    Body("probation", "knot", (Hat.WORKS, Hat.PROCESS), Purpose.RELEASE, "Führt die Bewährungsaufsicht. (Demo)"),
    Body("DE-BY", "gull", (Hat.WORKS, Hat.CONTENT), Purpose.PERSON, "Begleitet den Ausstieg. (Demo)"),
    Body("body", "osprey", (Hat.CONSULTED, Hat.RISK), Purpose.SAFETY, "Schätzt die Gefahr ein. (Demo)"),
    Body("school", "teal", (Hat.WORKS,), Purpose.EVERYDAY, "Hat einen Platz in der Berufsschule. (Demo)"),
    Body("youth", "grebe", (Hat.CONSULTED,), Purpose.FAMILY, "Kennt die jüngere Schwester. (Demo)"),
]
HANDLES = {body.organisation: body.handle for body in BODIES}
TEXTS: dict[str, Any] = {
    "establishment": "JVA Beispielstadt (Demo)",
    "treatment_now": "Wöchentliche Gespräche mit dem Ausstiegsprogramm, Antigewalttraining abgeschlossen. (Demo)",
    "treatment_after": "Die Gespräche gehen draußen weiter, zunächst jede Woche. (Demo)",
    "conditions": "Meldung bei der Bewährungshilfe binnen drei Tagen; kein Kontakt zu früheren Mitstreitern. (Demo)",
}
PARTS = {
    "residual_risks": "Alte Bekannte schreiben ihm noch; bei Streit zu Hause zieht er sich zurück. (Demo)",
    "strategies": "Kurze, feste Termine, immer dieselbe Person. Keine Gespräche über die Tat am Arbeitsplatz. (Demo)",
    "risk_of_return": "Gering, solange er Arbeit hat und die Schwester erreichbar ist. (Demo)",
    "self_assessment": "Jeden Sonntag sieht er auf die Woche: Schlaf, Streit, Kontakte. (Demo)",
    "behaviours": "Er antwortet tagelang nicht. Er hat gelernt, dann die Schwester anzurufen. (Demo)",
    "help": "Familienberatung Musterstadt; die Beratungsstelle jederzeit, auch ohne Anlass. (Demo)",
}
#: Whose, phase, days, what is done, strand. The centre is "".
STEPS = [
    ("probation", Phase.BEFORE, 16, "Gespräch in der Anstalt: Auflagen und erster Termin (Demo)", Strand.SECURITY),
    ("DE-BY", Phase.BEFORE, 14, "Drittes Gespräch in Haft, Übergabe mit der Anstalt (Demo)", Strand.SOCIAL),
    ("", Phase.BEFORE, 10, "Mit den Eltern klären, wo er wohnt (Demo)", Strand.SOCIAL),
    ("school", Phase.BEFORE, 7, "Platz in der Berufsschule schriftlich bestätigen (Demo)", Strand.SOCIAL),
    ("DE-BY", Phase.ON, 0, "Am Tor abholen und nach Hause begleiten (Demo)", Strand.SOCIAL),
    ("body", Phase.ON, 0, "Erreichbar sein, falls jemand aus der Gruppe auftaucht (Demo)", Strand.SECURITY),
    ("probation", Phase.AFTER, 3, "Erster Termin bei der Bewährungshilfe (Demo)", Strand.SECURITY),
    ("youth", Phase.AFTER, 14, "Mit der Schwester sprechen, wie es zu Hause geht (Demo)", Strand.SOCIAL),
    ("school", Phase.AFTER, 28, "Rückmeldung, wie der Anfang war (Demo)", Strand.SOCIAL),
]


def make_prison_releases(
    player: Player, organisations: Mapping[str, Organisation], people: Mapping[str, User], now: datetime
) -> None:
    for label, days_ago, tell in (
        ("Entlassung in drei Wochen", 24, _announced),
        ("Nach der Haft angekommen", 46, _settled),
    ):
        answers = {**CALM, "radicalisation": "yes", "release_from_prison": "planned", "support_wanted": "reassurance"}
        told_at = now - timedelta(days=days_ago)
        story = Story(told_at, 0, "counselling", {**DETAILS, "label": label}, "central_case", answers)
        case = player.tell(story)
        if case is not None:
            made = CaseOfTeam(player, case, organisations, people, now)
            take(tell(ReleaseOfCase(made, player.new_id())))


@dataclass(frozen=True)
class ReleaseOfCase:
    """The release of a case, by whom and when."""

    team: CaseOfTeam
    key: uuid.UUID

    @property
    def probation(self) -> User:
        return self.team.people[HANDLES["probation"]]

    def announce(self, by: User, days: int) -> None:
        """``days``: until the release, from now."""
        actions.announce(
            by=by,
            release_id=self.key,
            case_id=self.team.case.pk,
            release_date=timezone.localdate(self.team.now) + timedelta(days=days),
            **self._responsible("probation"),
            **TEXTS,
        )

    def _responsible(self, key: str) -> dict[str, Any]:
        if not key:
            return {"organisation": self.team.case.centre, "user": self.team.leads}
        member: Member = self.team.member(key)
        return {"organisation": self.team.organisations[key], "user": member.person}

    def add(self, step_id: uuid.UUID, key: str, phase: Phase, days: int, text: str, strand: Strand) -> None:
        add_step(
            by=self.probation,
            step_id=step_id,
            release_id=self.key,
            phase=phase,
            days=days,
            text=text,
            strand=strand,
            **self._responsible(key),
        )

    def take(self, by: User, step: Callable[..., None], **values: Any) -> None:
        version = PrisonRelease.objects.get(pk=self.key).version
        step(by=by, release_id=self.key, version=version, **values)


def _announced(of: ReleaseOfCase) -> Iterator[Step]:
    """In three weeks, after the date has moved once; the first step is done."""
    now, probation = of.team.now, of.probation
    yield from of.team.invitations(BODIES, days_ago=20)
    yield Step(now - timedelta(days=12), of.team.leads, partial(of.announce, of.team.leads, 24))
    keys = [of.team.player.new_id() for _step in STEPS]
    for number, (key, step) in enumerate(zip(keys, STEPS, strict=True)):
        yield Step(now - timedelta(days=11, minutes=-number), probation, partial(of.add, key, *step))
    move = {"release_date": timezone.localdate(now) + timedelta(days=21), "reason": "Beschluss des Gerichts. (Demo)"}
    yield Step(now - timedelta(days=4), probation, partial(of.take, probation, actions.move_date, **move))
    yield Step(now - timedelta(days=1), probation, partial(_done, probation, keys[0]))


def _settled(of: ReleaseOfCase) -> Iterator[Step]:
    """Released more than a month ago."""
    now, leads = of.team.now, of.team.leads
    yield from of.team.invitations(BODIES[:2], days_ago=45)
    yield Step(now - timedelta(days=42), leads, partial(of.announce, leads, -34))
    yield Step(now - timedelta(days=38), leads, partial(of.take, leads, actions.mark_prepared))
    yield Step(now - timedelta(days=34), leads, partial(of.take, leads, actions.mark_released))
    yield Step(now - timedelta(days=3), leads, partial(of.take, leads, actions.mark_settled))
    report, crane = of.team.player.new_id(), of.team.people["crane"]
    begin = partial(report_actions.begin_report, by=leads, report_id=report, case_id=of.team.case.pk)
    yield Step(now - timedelta(days=9), leads, begin)
    handed_over = {
        "recipient_kind": Recipient.SERVICE,
        "recipient": "Familienberatung Musterstadt (Demo)",
        "handed_over_on": timezone.localdate(now) - timedelta(days=2),
    }
    steps: list[tuple[User, Callable[..., None], dict[str, Any]]] = [
        (leads, report_actions.write_report, PARTS),
        (leads, report_actions.mark_discussed, {}),
        (crane, report_actions.approve, {}),
        (leads, report_actions.hand_over, handed_over),
    ]
    for number, (who, step, values) in enumerate(steps):
        yield Step(now - timedelta(days=5 - number), who, partial(_take, report, who, step, values))


def _take(report: uuid.UUID, by: User, step: Callable[..., None], values: dict[str, Any]) -> None:
    step(by=by, report_id=report, version=ExitReport.objects.get(pk=report).version, **values)


def _done(by: User, key: uuid.UUID) -> None:
    version = Action.objects.get(pk=key).version
    said = "Auflagen erklärt, Termin vereinbart. (Demo)"
    finish_action(by=by, action_id=key, version=version, result=said, met_person=True)
