"""Stores a change of a release, and its event in the same transaction."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from casework.teams.models import Member
from foundation.accounts.models import User
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.journal.actions import NewEvent, record_all
from foundation.privacy.event_kinds import EventKind

from .models import PrisonRelease


def store(release: PrisonRelease, **values: Any) -> None:
    for name, value in values.items():
        setattr(release, name, value)
    release.version += 1
    release.save(update_fields=[*values, "version"])


def record(kind: EventKind, by: User, release: PrisonRelease, also: Collection[int | None] = (), **data: Any) -> None:
    """The centre and all bodies in the team are told, and who answers for it. ``also``: ids of other people."""
    bodies = Member.objects.in_team().filter(team=release.team_id).values_list("organisation", flat=True)
    people = sorted({key for key in (release.user_id, *also) if key})
    event = NewEvent(
        kind=kind,
        subject=release.pk,
        case=release.team_id,
        centre=release.centre_id,
        data=data,
        tell=[
            *(organisation_group(body) for body in (release.centre_id, *sorted(bodies))),
            *(user_group(key) for key in people),
        ],
    )
    record_all([event], by=by)
