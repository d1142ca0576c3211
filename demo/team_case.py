"""A case on which five bodies work: its team (team.py) and its plan (plan.py)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from foundation.accounts.models import Organisation, User

from .plan import PlanOfCase
from .simulated_year import Player, moment
from .stories import CALM, PLOT_ANSWERS, Story
from .team import CaseOfTeam

DETAILS = {
    "channel": "phone", "caller_type_id": "parent", "relation": "child", "language": "de", "country": "DE",
    "postal_code": "97070", "municipality": "Würzburg", "age_band": "14_17", "sex": "male",
    "phenomenon": "religious", "topics": ["contacts", "online"], "alias": "Anrufende Person T.",
    "notes": "Konkrete Reisepläne, Fahrkarte gesehen. Mehrere Stellen sind schon beteiligt. (Demo)",
    "label": "Jugendlicher, mehrere Stellen",
}  # fmt: skip


def make_team_case(
    player: Player, organisations: Mapping[str, Organisation], people: Mapping[str, User], now: datetime
) -> None:
    answers = {**CALM, **PLOT_ANSWERS["security"], "gap_school_work": "important"}
    case = player.tell(Story(now - timedelta(days=20), 0, "counselling", dict(DETAILS), "security", answers))
    if case is None:
        return
    made = CaseOfTeam(player, case, organisations, people, now)
    steps = [*made.invitations(), *made.work(), *made.notes(), *made.questions(), *PlanOfCase(made).steps()]
    for step in sorted(steps, key=lambda step: step.at):
        with moment(step.who, step.at):
            step.do()
