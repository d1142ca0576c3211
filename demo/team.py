"""A case with five bodies in its team, and actions in each state; two more bodies were invited."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from casework.cases import work_actions
from casework.cases.models import Action, Case, Strand
from casework.cases.vocabulary import DropReason
from casework.teams import actions as teams
from casework.teams.models import Member
from casework.teams.vocabulary import EndReason, Hat, Purpose
from casework.teams.work_actions import add_action_for
from foundation.accounts.models import Organisation, User

from .simulated_year import Player, moment
from .stories import CALM, PLOT_ANSWERS, Story

DETAILS = {
    "channel": "phone", "caller_type_id": "parent", "relation": "child", "language": "de", "country": "DE",
    "postal_code": "97070", "municipality": "Würzburg", "age_band": "14_17", "sex": "male",
    "phenomenon": "religious", "topics": ["contacts", "online"], "alias": "Anrufende Person T.",
    "notes": "Konkrete Reisepläne, Fahrkarte gesehen. Mehrere Stellen sind schon beteiligt. (Demo)",
    "label": "Jugendlicher, mehrere Stellen",
}  # fmt: skip


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


def make_team(
    player: Player, organisations: Mapping[str, Organisation], people: Mapping[str, User], now: datetime
) -> None:
    heron = player.handlers[0]
    answers = {**CALM, **PLOT_ANSWERS["security"]}
    case = player.tell(Story(now - timedelta(days=20), 0, "counselling", dict(DETAILS), "security", answers))
    if case is None:
        return
    for number, body in enumerate(BODIES):
        at = now - timedelta(days=18 - number)
        member = _invited(player, heron, case, organisations[body.organisation], body, at)
        person = people[body.handle]
        with moment(person, at + timedelta(hours=5)):
            teams.accept(by=person, member_id=member.pk, version=member.version)
    for key, text, hours, ending in ACTIONS:
        _action(player, heron, case, organisations[key], text, now + timedelta(hours=hours), ending, people)
    waits = Body("DE-NW", "avocet", (Hat.CONSULTED,), Purpose.OPINION, "Zweite Einschätzung der Gruppe. (Demo)")
    _invited(player, heron, case, organisations["DE-NW"], waits, now - timedelta(hours=3))
    no = Body("DE-SN", "eider", (Hat.CONSULTED,), Purpose.OPINION, "Kennt die Gruppe. (Demo)")
    asked = _invited(player, heron, case, organisations["DE-SN"], no, now - timedelta(days=6))
    with moment(people["eider"], now - timedelta(days=5)):
        teams.decline(by=people["eider"], member_id=asked.pk, version=asked.version, reason=EndReason.CONFLICT)


def _invited(player: Player, by: User, case: Case, organisation: Organisation, body: Body, at: datetime) -> Member:
    with moment(by, at):
        return teams.invite(
            by=by,
            member_id=player.new_id(),
            case_id=case.pk,
            organisation=organisation,
            hats=body.hats,
            purpose=body.purpose,
            reason=body.reason,
        )


def _action(
    player: Player,
    by: User,
    case: Case,
    organisation: Organisation,
    text: str,
    due_at: datetime,
    ending: str,
    people: Mapping[str, User],
) -> None:
    """Added three days before it is due, at the latest eight days ago, and carried as far as ``ending`` says."""
    key = player.new_id()
    added_at = min(due_at - timedelta(days=3), player.until - timedelta(days=8))
    with moment(by, added_at):
        action = add_action_for(
            by=by,
            action_id=key,
            case_id=case.pk,
            organisation=organisation,
            text=text,
            strand=Strand.SECURITY if organisation.kind == "body" and "Ausreise" in text else Strand.SOCIAL,
            due_at=due_at,
        )
    worker = next(user for user in people.values() if user.pk == action.user_id)
    for number, step in enumerate(STEPS[ending]):
        who = worker if step != "confirm" else people["crane"]
        with moment(who, added_at + timedelta(hours=20 + number)):
            _carry(who, key, step)


STEPS = {
    "agreed": (),
    "begun": ("begin",),
    "done": ("begin", "finish"),
    "proposed": ("propose",),
    "dropped": ("propose", "confirm"),
}


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
