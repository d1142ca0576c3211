"""A case on which five bodies work; see team.py, plan.py, reviews.py, assessments.py and
consultations.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from foundation.accounts.models import Organisation, User

from .assessments import AssessmentsOfCase
from .closing import ClosingOfCase
from .consultations import ConsultationsOfCase
from .plan import PlanOfCase
from .reviews import ReviewsOfCase
from .simulated_year import Player
from .stories import CALM, PLOT_ANSWERS, Story
from .team import WRITERS, CaseOfTeam, take

DETAILS = {
    "channel": "phone", "caller_type_id": "parent", "relation": "child", "language": "de", "country": "DE",
    "postal_code": "97070", "municipality": "Würzburg", "age_band": "14_17", "sex": "male",
    "phenomenon": "religious", "topics": ["contacts", "online"], "alias": "Anrufende Person T.",
    "notes": "Konkrete Reisepläne, Fahrkarte gesehen. Mehrere Stellen sind schon beteiligt. (Demo)",
    "label": "Jugendlicher, mehrere Stellen",
}  # fmt: skip
#: Label of the case, the body that answers, and how far it has come.
CLOSING = (
    ("Jugendlicher, Abschluss vorgeschlagen", "youth", ClosingOfCase.waiting),
    ("Jugendlicher, Warnzeichen nach dem Abschluss", "youth", ClosingOfCase.with_warning_sign),
    ("Jugendlicher, ruhig nach dem Abschluss", "probation", ClosingOfCase.monitored),
)


def make_team_case(
    player: Player, organisations: Mapping[str, Organisation], people: Mapping[str, User], now: datetime
) -> None:
    answers = {**CALM, **PLOT_ANSWERS["security"], "gap_school_work": "important"}
    case = player.tell(Story(now - timedelta(days=20), 0, "counselling", dict(DETAILS), "security", answers))
    if case is None:
        return
    made = CaseOfTeam(player, case, organisations, people, now)
    team = [*made.all_invitations(), *made.work(), *made.notes(), *made.questions()]
    plan = PlanOfCase(made, people[WRITERS["DE-BY"]])
    asked = [*AssessmentsOfCase(made).steps(), *ConsultationsOfCase(made).steps()]
    take([*team, *plan.steps(), *ReviewsOfCase(made).steps(), *asked])


def make_plans_of_centre(
    player: Player, organisations: Mapping[str, Organisation], people: Mapping[str, User], now: datetime
) -> None:
    """Two cases on which the centre works alone: a plan in draft, and one in force."""
    answers = {**CALM, **PLOT_ANSWERS["central_case"]}
    for number, label in enumerate(("Jugendlicher, Plan im Entwurf", "Jugendlicher, Plan der Beratungsstelle")):
        details = {**DETAILS, "notes": "Die Mutter möchte wissen, wie es weitergeht. (Demo)", "label": label}
        told_at = now - timedelta(days=5, hours=number)
        case = player.tell(Story(told_at, 0, "counselling", details, "central_case", answers))
        if case is not None:
            made = CaseOfTeam(player, case, organisations, people, now)
            plan = PlanOfCase(made, made.leads).steps_of_centre(is_draft=number == 0)
            take([*plan, *(AssessmentsOfCase(made).steps_of_centre() if number else ())])


def make_closing_cases(
    player: Player, organisations: Mapping[str, Organisation], people: Mapping[str, User], now: datetime
) -> None:
    """Three cases whose work comes to an end: one whose closing is proposed, and two that are monitored."""
    answers = {**CALM, **PLOT_ANSWERS["central_case"]}
    for number, (label, body, steps) in enumerate(CLOSING):
        details = {**DETAILS, "notes": "Die Mutter sucht Rat, der Sohn zieht sich zurück. (Demo)", "label": label}
        told_at = now - timedelta(days=30, hours=number)
        case = player.tell(Story(told_at, 0, "counselling", details, "central_case", answers))
        if case is not None:
            closing = ClosingOfCase(CaseOfTeam(player, case, organisations, people, now), people["crane"], body)
            take(steps(closing))
