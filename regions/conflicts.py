"""Actions on standing conflicts of interest of partners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from foundation.accounts.audit import subject_of
from foundation.accounts.models import Organisation, OrganisationKind, User
from foundation.accounts.permissions import require
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind

from .actions import Invalid
from .callers import caller_types
from .events import CONFLICT_ADDED, CONFLICT_CHANGED, CONFLICT_ENDED
from .models import Conflict, Region
from .vocabulary import ConflictReason, Phenomenon


@dataclass(frozen=True)
class With:
    """The criteria of a conflict; all that are set must match a case."""

    region: Region | None = None
    phenomenon: str = ""
    caller_type: str = ""
    other: Organisation | None = None


@transaction.atomic
def add_conflict(
    *, by: User, organisation: Organisation, about: With, reason: str, starts_on: date, ends_on: date | None = None
) -> Conflict:
    """The same twice is one. Raises NotAllowed, Invalid."""
    require(by, Permission.NETWORK_EDIT)
    values = _checked(organisation, about, reason, starts_on, ends_on)
    conflict, made = Conflict.objects.get_or_create(
        organisation=organisation,
        starts_on=starts_on,
        ended_at=None,
        **_columns(about),
        defaults={**values, "noted_by": by},
    )
    if made:
        _record(CONFLICT_ADDED, by, conflict)
    return conflict


@transaction.atomic
def save_conflict(
    *,
    by: User,
    conflict: Conflict,
    version: int,
    about: With,
    reason: str,
    starts_on: date,
    ends_on: date | None = None,
) -> None:
    """Change a conflict that was read with `version`. A repeat has no effect.

    Raises NotAllowed; Stale, also when it has ended; Invalid, also when there is the same already.
    """
    require(by, Permission.NETWORK_EDIT)
    values = _checked(conflict.organisation, about, reason, starts_on, ends_on)
    standing = Conflict.objects.standing().select_for_update(no_key=True, of=("self",)).filter(pk=conflict.pk)
    if standing.filter(**values).exists():
        return
    try:
        with transaction.atomic():
            changed = standing.filter(version=version).update(version=F("version") + 1, **values)
    except IntegrityError:
        raise Invalid("there is the same conflict already") from None
    if not changed:
        raise stale(subject_of(conflict))
    conflict.refresh_from_db()
    _record(CONFLICT_CHANGED, by, conflict)


@transaction.atomic
def end_conflict(*, by: User, conflict: Conflict) -> bool:
    """End a conflict; False if it was ended before. Raises NotAllowed."""
    require(by, Permission.NETWORK_EDIT)
    ended = Conflict.objects.standing().filter(pk=conflict.pk).update(ended_at=timezone.now(), ended_by=by)
    if ended:
        _record(CONFLICT_ENDED, by, conflict)
    return bool(ended)


def _checked(
    organisation: Organisation, about: With, reason: str, starts_on: date, ends_on: date | None
) -> dict[str, object]:
    """The values to store. Raises Invalid."""
    if organisation.kind != OrganisationKind.PARTNER or about == With() or about.other == organisation:
        raise Invalid("a conflict is a partner's, with something or somebody else")
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("a conflict ends before it starts")
    if about.phenomenon not in {"", *Phenomenon.values} or reason not in ConflictReason.values:
        raise Invalid("an unknown phenomenon or reason")
    if about.caller_type and about.caller_type not in dict(caller_types()):
        raise Invalid("an unknown caller type")
    return {**_columns(about), "reason": reason, "starts_on": starts_on, "ends_on": ends_on}


def _columns(about: With) -> dict[str, object]:
    return {name: getattr(about, name) for name in ("region", "phenomenon", "caller_type", "other")}


def _record(kind: EventKind, by: User, conflict: Conflict) -> None:
    """Codes and ids; nobody of the partner is notified."""
    data = {
        "organisation": conflict.organisation_id,
        "region": conflict.region_id,
        "phenomenon": conflict.phenomenon,
        "caller_type": conflict.caller_type,
        "other": conflict.other_id,
        "reason": conflict.reason,
        "from": conflict.starts_on.isoformat(),
        "until": conflict.ends_on.isoformat() if conflict.ends_on else None,
    }
    centre = by.centre.pk if by.centre else None
    record(kind, by=by, subject=subject_of(conflict), centre=centre, data=data)
