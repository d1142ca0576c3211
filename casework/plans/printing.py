"""What is printed of a plan: for the person only what was written for them; in the case file the plan in force."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from casework.cases.printing import entries_of
from foundation.ui.printed import Entry, PrintedRecord, PrintedText, Section, joined, moment

from .models import Factor, Goal, GoalOutcome, Plan, PlannedAction


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


def plan_section(case_id: uuid.UUID) -> Section:
    """Of the printed case file: the plan in force, without its actions, which stand in a section of their own."""
    plan = Plan.objects.of_case(case_id).in_force().select_related("data_key").first()
    if plan is None:
        return Section(_("Plan"), [], _("There is no plan in force."))
    goals = plan.goals.select_related("data_key").order_by("position", "pk")
    factors = plan.factors.select_related("data_key").order_by("position", "pk")
    outcomes = GoalOutcome.objects.select_related("data_key").filter(team=case_id).order_by("noted_at", "pk")
    last = {one.goal_id: one for one in outcomes}
    return Section(
        _("Plan"),
        [
            *entries_of([plan], _plan_in_file),
            *entries_of(goals, lambda goal: _goal_in_file(goal, last.get(goal.goal_id))),
            *entries_of(factors, _factor_in_file),
        ],
        "",
    )


def _plan_in_file(plan: Plan) -> Entry:
    return Entry(_("In force since %(day)s") % {"day": moment(plan.agreed_at)}, texts=list(_texts_of(plan)))


def _texts_of(plan: Plan) -> Iterable[PrintedText]:
    labels = {
        "aim": _("What the team wants to reach"),
        "own_aims": _("What the person wants"),
        "strengths": _("What the person can do well"),
        "motivation": _("What moves the person"),
        "agreed_to": _("What the person has agreed to"),
    }
    for name, label in labels.items():
        if getattr(plan, name):
            yield PrintedText(label, getattr(plan, name))


def _goal_in_file(goal: Goal, outcome: GoalOutcome | None) -> Entry:
    facts = [
        (_("How one sees it"), goal.measure),
        (_("How it is today"), goal.baseline),
        (_("How it should be"), goal.target),
    ]
    until = _("until %(day)s") % {"day": date_format(goal.due_on)} if goal.due_on else ""
    texts = [PrintedText(_("Why it matters"), goal.why)] if goal.why else []
    if outcome:
        texts.append(PrintedText(_("What shows it"), outcome.evidence))
    return Entry(
        goal.text,
        joined(_("Goal"), until, outcome.get_outcome_display() if outcome else ""),
        facts=[fact for fact in facts if fact[1]],
        texts=texts,
    )


def _factor_in_file(factor: Factor) -> Entry:
    texts = [PrintedText(_("How to approach the person then"), factor.approach)] if factor.approach else []
    return Entry(factor.text, factor.get_kind_display(), texts=texts)
