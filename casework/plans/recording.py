"""Stores a change of a plan, and its event in the same transaction."""

from __future__ import annotations

from typing import Any

from casework.teams.models import Member
from foundation.accounts.models import User
from foundation.accounts.push_groups import organisation_group
from foundation.journal.actions import NewEvent, record_all
from foundation.privacy.event_kinds import EventKind

from .models import Agreement, Plan
from .states import PlanState


def store(row: Plan | Agreement, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*values, "version"])


def move(plan: Plan, to: PlanState, **values: Any) -> None:
    store(plan, state=to, **values)


def record(kind: EventKind, by: User, plan: Plan, **data: Any) -> None:
    """The centre and all bodies in the team are told; of a draft they read nothing."""
    bodies = Member.objects.in_team().filter(team=plan.team_id).values_list("organisation", flat=True)
    event = NewEvent(
        kind=kind,
        subject=plan.pk,
        case=plan.team_id,
        centre=plan.centre_id,
        data={"number": plan.number, **data},
        tell=[organisation_group(body) for body in (plan.centre_id, *sorted(bodies))],
    )
    record_all([event], by=by)
