"""Requests for access to a contact: somebody asks with a reason, a coordinator grants it for a limited time."""

from __future__ import annotations

import uuid

from django.db import connection, transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, organisations_as, require
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Permission, Role
from foundation.journal.actions import record
from foundation.privacy.actions import new_data_key
from foundation.privacy.event_kinds import EventKind

from .events import ACCESS_GRANTED, ACCESS_REFUSED, ACCESS_REQUESTED
from .idempotency import insert_once
from .models import AccessRequest
from .vocabulary import GRANT_LASTS


def may_ask(user: User) -> bool:
    """The roles that a grant can help to read; others have no use for one."""
    return user.centre is not None and user.centre.pk in organisations_as(
        user, Role.HANDLER, Role.COORDINATOR, Role.DPO
    )


@transaction.atomic
def request_access(*, by: User, request_id: uuid.UUID, contact_id: uuid.UUID, reason: str) -> AccessRequest:
    """Raises NotAllowed if the contact is not of the actor's centre. A repeated post creates no second request."""
    if by.centre is None or not may_ask(by) or _centre_of(contact_id) != by.centre.pk:
        raise NotAllowed(Permission.CASE_READ)
    known = AccessRequest.objects.filter(pk=request_id).first()
    if known:
        return known
    request = AccessRequest(
        pk=request_id,
        contact_id=contact_id,
        centre=by.centre,
        data_key=new_data_key(),
        requested_by=by,
        reason=reason,
    )
    if not insert_once(request):
        return AccessRequest.objects.get(pk=request_id)
    _record(ACCESS_REQUESTED, by, request, organisation_group(request.centre_id))
    return request


@transaction.atomic
def decide_access(*, by: User, request_id: uuid.UUID, grant: bool) -> AccessRequest:
    """Grant or refuse, by a coordinator who is not the applicant. A second decision has no effect."""
    request = AccessRequest.objects.select_for_update(no_key=True).filter(pk=request_id).first()
    if request is None or request.requested_by_id == by.pk:
        raise NotAllowed(Permission.ACCESS_GRANT)
    require(by, Permission.ACCESS_GRANT, request.centre_id)
    now = timezone.now()
    decided = AccessRequest.objects.filter(pk=request_id, decided_at=None).update(
        decided_by=by,
        decided_at=now,
        granted_until=now + GRANT_LASTS if grant else None,
    )
    request.refresh_from_db()
    if decided:
        _record(
            ACCESS_GRANTED if grant else ACCESS_REFUSED,
            by,
            request,
            user_group(request.requested_by_id),
        )
    return request


def _centre_of(contact_id: uuid.UUID) -> int | None:
    """The centre of a contact, even if the actor may not see it: a grant may not cross centres."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.centre_of_contact(%s)", [contact_id])
        row = cursor.fetchone()
    return row[0] if row else None


def _record(kind: EventKind, by: User, request: AccessRequest, tell: str) -> None:
    record(
        kind,
        by=by,
        subject=request.contact_id,
        centre=request.centre_id,
        data={"request": str(request.pk)},
        tell=(tell,),
    )
