"""Writes to the partner network. Each is atomic and writes an event; a repeat has no effect and writes none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from foundation.accounts.audit import subject_of
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import require
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind

from .events import (
    COVERAGE_CHANGED,
    INTAKE_PAUSED,
    INTAKE_RESUMED,
    LIAISON_ADDED,
    LIAISON_CHANGED,
    LIAISON_ENDED,
    PROFILE_CHANGED,
)
from .models import Coverage, IntakePause, Liaison, PartnerProfile, Region
from .permissions import require_pause
from .recent_calendars import forget
from .vocabulary import PauseReason, Sector


class Invalid(ValueError):
    """Values that the form would refuse."""


@transaction.atomic
def save_profile(
    *,
    by: User,
    organisation: Organisation,
    version: int,
    services: Sequence[str],
    phenomena: Sequence[str],
    languages: Sequence[str],
    capacity: int,
    is_national: bool,
    phone: str = "",
) -> PartnerProfile:
    """Store what the partner offers; `version`: the one read, 0 for a new profile. Raises NotAllowed, Stale."""
    require(by, Permission.NETWORK_EDIT)
    profile = _locked_profile(organisation)
    values: dict[str, Any] = {
        "services": sorted(services),
        "phenomena": sorted(phenomena),
        "languages": sorted(languages),
        "capacity": capacity,
        "is_national": is_national,
        "phone": str(phone or ""),
    }
    if all(getattr(profile, name) == value for name, value in values.items()):
        return profile
    _next_version(profile, version, **values)
    record_change(kind=PROFILE_CHANGED, by=by, organisation=organisation, data=values)
    return profile


@transaction.atomic
def set_coverage(*, by: User, organisation: Organisation, regions: Iterable[Region], version: int) -> None:
    """The organisation covers exactly these regions; `version` is the profile's. Raises NotAllowed, Stale."""
    require(by, Permission.NETWORK_EDIT)
    profile = _locked_profile(organisation)
    wanted = {region.code for region in regions}
    present = set(organisation.coverage.values_list("region_id", flat=True))
    if wanted == present:
        return
    _next_version(profile, version)
    organisation.coverage.filter(region__in=present - wanted).delete()
    Coverage.objects.bulk_create(Coverage(organisation=organisation, region_id=code) for code in wanted - present)
    data = {"added": sorted(wanted - present), "dropped": sorted(present - wanted)}
    record_change(kind=COVERAGE_CHANGED, by=by, organisation=organisation, data=data)


@transaction.atomic
def pause_intake(
    *, by: User, organisation: Organisation, starts_on: date, ends_on: date | None, reason: PauseReason
) -> IntakePause:
    """Pause a partner's intake. A second pause from the same day replaces the end and reason of the first.

    Raises NotAllowed; Invalid for an end before the start.
    """
    require_pause(by, organisation)
    if ends_on is not None and ends_on < starts_on:
        raise Invalid("a pause ends before it starts")
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    values = {"ends_on": ends_on, "reason": reason}
    pause = IntakePause.objects.filter(organisation=organisation, starts_on=starts_on, resumed_at=None).first()
    if pause and (pause.ends_on, pause.reason) == (ends_on, reason):
        return pause
    pause, _made = IntakePause.objects.update_or_create(
        organisation=organisation, starts_on=starts_on, resumed_at=None, defaults=values
    )
    until = ends_on.isoformat() if ends_on else None
    record_change(
        kind=INTAKE_PAUSED,
        by=by,
        organisation=organisation,
        data={"from": starts_on.isoformat(), "until": until, "reason": reason},
    )
    return pause


@transaction.atomic
def resume_intake(*, by: User, pause: IntakePause) -> bool:
    """End a pause, or cancel a planned one; False if that was done before. Raises NotAllowed."""
    require_pause(by, pause.organisation)
    ended = IntakePause.objects.filter(pk=pause.pk, resumed_at=None).update(resumed_at=timezone.now())
    if ended:
        record_change(kind=INTAKE_RESUMED, by=by, organisation=pause.organisation, data={"pause": pause.pk})
    return bool(ended)


@transaction.atomic
def add_liaison(
    *,
    by: User,
    sector: Sector,
    region: Region,
    post: str,
    email: str = "",
    phone: str = "",
    organisation: Organisation | None = None,
    last_contact_on: date | None = None,
) -> Liaison:
    """Add the post that is our contact in a sector of a region, once. Raises NotAllowed."""
    require(by, Permission.NETWORK_EDIT)
    liaison, made = Liaison.objects.get_or_create(
        sector=sector,
        region=region,
        post=post,
        ended_on=None,
        defaults={"email": email, "phone": phone, "organisation": organisation, "last_contact_on": last_contact_on},
    )
    if made:
        _record_liaison(LIAISON_ADDED, by, liaison)
    return liaison


@transaction.atomic
def save_liaison(
    *,
    by: User,
    liaison: Liaison,
    version: int,
    sector: Sector,
    region: Region,
    post: str,
    email: str = "",
    phone: str = "",
    organisation: Organisation | None = None,
    last_contact_on: date | None = None,
) -> None:
    """Change a liaison that was read with `version`.

    Raises NotAllowed; Stale, also when it has ended; Invalid when another liaison has the same post.
    """
    require(by, Permission.NETWORK_EDIT)
    values = {
        "sector": sector,
        "region": region,
        "post": post,
        "email": email,
        "phone": phone,
        "organisation": organisation,
        "last_contact_on": last_contact_on,
    }
    current = Liaison.objects.current().select_for_update(no_key=True)
    if current.filter(pk=liaison.pk, **values).exists():
        return
    if current.filter(sector=sector, region=region, post=post).exclude(pk=liaison.pk).exists():
        raise Invalid("this post is a liaison already")
    if not current.filter(pk=liaison.pk, version=version).update(version=F("version") + 1, **values):
        raise stale(subject_of(liaison))
    liaison.refresh_from_db()
    _record_liaison(LIAISON_CHANGED, by, liaison)


@transaction.atomic
def end_liaison(*, by: User, liaison: Liaison) -> bool:
    """End a liaison; False if that was done before. Raises NotAllowed."""
    require(by, Permission.NETWORK_EDIT)
    ended = Liaison.objects.current().filter(pk=liaison.pk).update(ended_on=timezone.localdate())
    if ended:
        _record_liaison(LIAISON_ENDED, by, liaison)
    return bool(ended)


def _locked_profile(organisation: Organisation) -> PartnerProfile:
    """Lock the profile until the end of the transaction; creates an empty one if there is none."""
    PartnerProfile.objects.bulk_create([PartnerProfile(organisation=organisation)], ignore_conflicts=True)
    return PartnerProfile.objects.select_for_update(no_key=True).get(organisation=organisation)


def _next_version(profile: PartnerProfile, version: int, **values: Any) -> None:
    """Save the values if the row has not changed since it was read."""
    same = PartnerProfile.objects.filter(pk=profile.pk, version=version)
    if not same.update(version=version + 1, **values):
        raise stale(subject_of(profile.organisation))
    profile.refresh_from_db()


def record_change(*, kind: EventKind, by: User, organisation: Organisation, data: dict[str, Any]) -> None:
    """The event of a change of what an organisation offers."""
    forget()
    record(
        kind,
        by=by,
        subject=subject_of(organisation),
        centre=by.centre.pk if by.centre else None,
        data={"organisation": organisation.pk, **data},
        tell=[organisation_group(organisation.pk)],
    )


def _record_liaison(kind: EventKind, by: User, liaison: Liaison) -> None:
    record(
        kind,
        by=by,
        subject=subject_of(liaison),
        centre=by.centre.pk if by.centre else None,
        data={"liaison": liaison.pk, "sector": liaison.sector, "region": liaison.region_id},
    )
