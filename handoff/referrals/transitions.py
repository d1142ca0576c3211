"""Shared steps of all actions on a referral: lock, state change, deadlines, events and notices."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone

from foundation.accounts.models import Membership, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Permission, Role
from foundation.journal.actions import record, recorded_id
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind
from regions.network import calendar_for
from regions.working_hours import USUAL_HOURS, NeverOpen
from triage.vocabulary import Urgency

from .deadlines import schedule
from .models import Notice, Referral
from .states import ENDED, ReferralState, Who, may_move
from .vocabulary import DeadlineStep

SEND_NOTICES = "handoff.tasks.send_notices"


def lock(referral_id: uuid.UUID) -> Referral:
    """Lock case and referral until the end of the transaction. Raises NotAllowed if the actor cannot see the latter."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.lock_case_of(%s)", [referral_id])
    referral = Referral.objects.select_for_update(no_key=True, of=("self",)).filter(pk=referral_id).first()
    if referral is None:
        raise NotAllowed(Permission.REFERRAL_ANSWER)
    return referral


def check_move(referral: Referral, to: ReferralState, who: Who) -> None:
    """Raises Stale if TRANSITIONS does not allow the step. For actions that write before they change the state."""
    if not may_move(ReferralState(referral.state), to, who):
        raise stale(referral.pk)


def move(referral: Referral, to: ReferralState, who: Who, **values: Any) -> None:
    """Change the state if TRANSITIONS allows it and nobody changed it meanwhile. Raises Stale.

    A trigger keeps the worklist: what no longer waits for an answer has no deadline.
    """
    check_move(referral, to, who)
    source = referral.state
    if to in ENDED:
        values["ended_at"] = timezone.now()
    moved = Referral.objects.filter(pk=referral.pk, state=source).update(state=to, version=F("version") + 1, **values)
    if not moved:
        raise stale(referral.pk)
    referral.refresh_from_db()


def times_of(referral: Referral, now: datetime) -> tuple[dict[DeadlineStep, datetime], bool]:
    """When each step is due, and whether this follows from the partner's own hours.

    For a partner that is closed for years the usual hours are used, so that a deadline exists.
    """
    urgency = Urgency(referral.urgency)
    calendar = calendar_for(referral.organisation)
    try:
        return schedule(now, urgency, calendar), True
    except NeverOpen:
        return schedule(now, urgency, replace(calendar, hours=USUAL_HOURS, special=())), False


def deadlines_from(referral: Referral, now: datetime) -> dict[str, Any]:
    """Values of ``due_at`` and ``steps_at`` if the deadlines start ``now``, in the partner's opening hours."""
    times, _is_open = times_of(referral, now)
    return {"due_at": times[DeadlineStep.REMIND], "steps_at": [times[step] for step in DeadlineStep]}


def partner_people(referral: Referral) -> list[User]:
    roles = [Role.PARTNER_WORKER, Role.PARTNER_COORDINATOR]
    return _people(referral.organisation_id, roles)


def coordinators(referral: Referral) -> list[User]:
    return _people(referral.centre_id, [Role.COORDINATOR])


def _people(organisation_id: int, roles: Iterable[Role]) -> list[User]:
    memberships = Membership.objects.active().with_roles(roles).filter(organisation=organisation_id)
    return list(User.objects.filter(is_active=True, pk__in=memberships.values("user")).order_by("pk"))


def tell_centre(
    kind: EventKind,
    by: User,
    referral: Referral,
    data: dict[str, Any] | None = None,
    notify: Iterable[User] = (),
) -> None:
    _record(kind, by, referral, data, [organisation_group(referral.centre_id)], notify)


def tell_both(
    kind: EventKind,
    by: User,
    referral: Referral,
    data: dict[str, Any] | None = None,
    notify: Iterable[User] = (),
) -> None:
    groups = [
        organisation_group(referral.centre_id),
        organisation_group(referral.organisation_id),
    ]
    _record(kind, by, referral, data, groups, notify)


def _record(
    kind: EventKind,
    by: User,
    referral: Referral,
    data: dict[str, Any] | None,
    groups: list[str],
    notify: Iterable[User],
) -> None:
    people = list(notify)
    record(
        kind,
        by=by,
        subject=referral.pk,
        centre=referral.centre_id,
        case=referral.case_id,
        data=data,
        tell=[*groups, *(user_group(person.pk) for person in people)],
        wake=SEND_NOTICES if people else "",
    )
    if people:
        event = recorded_id()
        notices = (Notice(event=event, recipient=person, referral=referral, kind=kind.code) for person in people)
        Notice.objects.bulk_create(notices)
