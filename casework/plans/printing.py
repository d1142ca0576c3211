"""What is printed of a plan for the person: only what was written for them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from foundation.ui.printed import Entry, PrintedRecord, Section

from .models import Goal, Plan, PlannedAction


def plan_for_person(plan: Plan) -> PrintedRecord:
    """Own aims, what the person agreed to, and of goals and actions the lines in plain words.

    No names, bodies, strands, factors or assessments: what has no line in plain words is left out.
    """
    goals = plan.goals.select_related("data_key").order_by("position", "pk")
    steps = plan.planned_actions.select_related("data_key").order_by("due_at", "position", "pk")
    return PrintedRecord(
        reference=_("Your plan"),
        title=_("Your plan"),
        centre=plan.centre.name,
        notice=_("This is yours. You decide who reads it."),
        summary="",
        facts=[],
        sections=[
            _own(_("What you want"), plan.own_aims),
            Section(_("What we want to reach with you"), list(_goals(goals)), _("We will talk about it.")),
            Section(_("What happens next"), list(_steps(steps)), _("We will talk about it.")),
            _own(_("What you have agreed to"), plan.agreed_to),
        ],
        printed_by="",
        printed_at=timezone.now(),
    )


def _own(title: str, text: str) -> Section:
    return Section(title, [], _("We will talk about it."), text=text)


def _goals(goals: Iterable[Goal]) -> Iterable[Entry]:
    for goal in goals:
        if goal.plain:
            until = _("until %(day)s") % {"day": date_format(goal.due_on)} if goal.due_on else ""
            yield Entry(goal.plain, until)


def _steps(steps: Iterable[PlannedAction]) -> Iterable[Entry]:
    for step in steps:
        if step.plain:
            day = date_format(timezone.localdate(step.due_at))
            yield Entry(step.plain, _("until %(day)s") % {"day": day})
