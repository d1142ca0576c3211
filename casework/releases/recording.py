"""Stores a change of a release or of an exit report, and its event in the same transaction."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from casework.teams.models import Member
from foundation.accounts.models import User
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.journal.actions import NewEvent, record_all
from foundation.privacy.event_kinds import EventKind

from .models import ExitReport, PrisonRelease


def store(row: PrisonRelease | ExitReport, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*values, "version"])


def record(
    kind: EventKind, by: User, row: PrisonRelease | ExitReport, also: Collection[int | None] = (), **data: Any
) -> None:
    """The centre and all bodies in the team are told. ``also``: ids of people who are told beside them."""
    bodies = Member.objects.in_team().filter(team=row.team_id).values_list("organisation", flat=True)
    event = NewEvent(
        kind=kind,
        subject=row.pk,
        case=row.team_id,
        centre=row.centre_id,
        data=data,
        tell=[
            *(organisation_group(body) for body in (row.centre_id, *sorted(bodies))),
            *(user_group(key) for key in sorted({key for key in also if key})),
        ],
    )
    record_all([event], by=by)
