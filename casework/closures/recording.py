"""Stores a change of a closing or of what belongs to it, and its event in the same transaction."""

from __future__ import annotations

from typing import Any

from casework.teams.models import Member
from foundation.accounts.models import User
from foundation.accounts.push_groups import organisation_group
from foundation.journal.actions import NewEvent, record_all
from foundation.privacy.event_kinds import EventKind

from .models import Closure, Opinion, Reopening


def store(row: Closure | Opinion | Reopening, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*values, "version"])


def record(kind: EventKind, by: User, row: Closure | Reopening, organisation: int, **data: Any) -> None:
    """The centre and all bodies in the team are told. ``organisation``: who said or decided it."""
    bodies = Member.objects.in_team().filter(team=row.team_id).values_list("organisation", flat=True)
    event = NewEvent(
        kind=kind,
        subject=row.pk,
        case=row.team_id,
        centre=row.centre_id,
        data={"organisation": organisation, **data},
        tell=[organisation_group(body) for body in (row.centre_id, *sorted(bodies))],
    )
    record_all([event], by=by)
