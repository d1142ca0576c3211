"""Actions on data subjects' requests: recorded, identity checked, extended, answered; dossiers chosen and opened."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed, can, require
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.actions import new_data_key
from foundation.privacy.event_kinds import EventKind

from .actions import centre_of
from .due_days import EXTENDED_MONTHS, MONTHS, months_after
from .events import (
    DOSSIER_AGREED,
    DOSSIER_CHOSEN,
    DOSSIER_TAKEN_OUT,
    ITEMS_DECIDED,
    REQUEST_EXTENDED,
    REQUEST_GRANTED,
    REQUEST_IDENTIFIED,
    REQUEST_RECEIVED,
    REQUEST_REFUSED,
    REQUEST_WITHDRAWN,
)
from .holdings import Item
from .models import (
    IdentityProof,
    LegalBasis,
    OmissionReason,
    RefusalGround,
    Request,
    RequestDossier,
    RequestItem,
    RequestKind,
)
from .states import CHECKED, REQUEST_TRANSITIONS, RequestState

#: A letter that lay longer is recorded with the first day that can be.
OLDEST = timedelta(days=366)
ENDED: dict[RequestState, EventKind] = {
    RequestState.GRANTED: REQUEST_GRANTED,
    RequestState.REFUSED: REQUEST_REFUSED,
    RequestState.WITHDRAWN: REQUEST_WITHDRAWN,
}


class ImpossibleDay(ValueError):
    """The day is in the future, or too long ago."""


class NotReady(Exception):
    """What has to come first is missing: a checked identity, a second person, or items that are not decided."""


@transaction.atomic
def receive_request(
    *,
    by: User,
    request_id: uuid.UUID,
    centre: Organisation,
    kind: RequestKind | str,
    received_on: date,
    name: str,
    address: str,
    wish: str,
) -> Request:
    """Record a request. A repeat changes nothing. Raises NotAllowed, ValueError; ImpossibleDay for ``received_on``.

    ``received_on``: in the centre's time zone, today or at most a year ago.
    """
    require(by, Permission.REQUEST_HANDLE, centre.pk)
    known = Request.objects.filter(pk=request_id).first()
    if known:
        return known
    today = timezone.now().astimezone(centre.zone).date()
    if not today - OLDEST <= received_on <= today:
        raise ImpossibleDay(received_on)
    request = Request(
        pk=request_id,
        centre=centre,
        data_key=new_data_key(),
        kind=RequestKind(kind),
        received_on=received_on,
        due_on=months_after(received_on, MONTHS),
        name=name,
        address=address,
        wish=wish,
        made_by=by,
    )
    request.save(force_insert=True)
    _record(REQUEST_RECEIVED, by, request, kind=str(request.kind))
    return request


@transaction.atomic
def identify(*, by: User, request_id: uuid.UUID, proof: IdentityProof | str) -> Request:
    """Note how the identity was checked. A repeat changes nothing. Raises NotAllowed, Stale, ValueError."""
    request = _locked(by, request_id)
    if (request.state, request.identity) == (RequestState.IDENTIFIED, proof):
        return request
    changes = {"identity": IdentityProof(proof), "identified_at": timezone.now(), "identified_by": by}
    _move(request, RequestState.IDENTIFIED, changes)
    _record(REQUEST_IDENTIFIED, by, request, proof=str(proof))
    return request


@transaction.atomic
def extend(*, by: User, request_id: uuid.UUID, reason: str) -> Request:
    """Extend the time by two months, once, before it is over. A repeat changes nothing.

    Raises NotAllowed, Stale; ImpossibleDay if the first month is over, because the person has to be told within it.
    """
    request = _locked(by, request_id)
    if not request.is_open:
        raise stale(request.pk)
    if request.extended_at:
        return request
    if request.is_overdue(timezone.now().astimezone(request.centre.zone).date()):
        raise ImpossibleDay(request.due_on)
    request.extended_at, request.extended_by, request.extension_reason = timezone.now(), by, reason
    request.due_on = months_after(request.received_on, EXTENDED_MONTHS)
    request.save(update_fields=["extended_at", "extended_by", "extension_reason", "due_on"])
    _record(REQUEST_EXTENDED, by, request)
    return request


@transaction.atomic
def grant(*, by: User, request_id: uuid.UUID, legal_basis: LegalBasis | str, decision: str) -> Request:
    """Note that it was answered as asked. Afterwards its dossiers are closed to the officer. A repeat changes nothing.

    Raises NotAllowed, Stale, ValueError.
    """
    return _end(by, request_id, RequestState.GRANTED, decision, legal_basis=LegalBasis(legal_basis))


@transaction.atomic
def refuse(
    *, by: User, request_id: uuid.UUID, legal_basis: LegalBasis | str, ground: RefusalGround | str, decision: str
) -> Request:
    """Refuse on a ground of the law, with the reason in words. A repeat changes nothing.

    Raises NotAllowed, Stale, ValueError.
    """
    given = {"legal_basis": LegalBasis(legal_basis), "refusal": RefusalGround(ground)}
    return _end(by, request_id, RequestState.REFUSED, decision, **given)


@transaction.atomic
def withdraw_request(*, by: User, request_id: uuid.UUID) -> Request:
    """Note that the person no longer asks. A repeat changes nothing. Raises NotAllowed, Stale."""
    return _end(by, request_id, RequestState.WITHDRAWN, "")


@transaction.atomic
def choose_dossier(*, by: User, dossier_id: uuid.UUID, request_id: uuid.UUID, subject: uuid.UUID) -> RequestDossier:
    """Say that a request concerns a dossier. A repeat changes nothing.

    Raises NotAllowed if the contact or case is of another centre than the request; Stale if the request has ended.
    """
    request = _locked(by, request_id)
    known = RequestDossier.objects.filter(pk=dossier_id).first()
    known = known or RequestDossier.objects.chosen().filter(request=request, subject=subject).first()
    if known:
        return known
    if not request.is_open:
        raise stale(request.pk)
    if centre_of(by, subject, Permission.REQUEST_HANDLE) != request.centre_id:
        raise NotAllowed(Permission.REQUEST_HANDLE)
    chosen = RequestDossier(pk=dossier_id, request=request, centre_id=request.centre_id, subject=subject, added_by=by)
    chosen.save(force_insert=True)
    _record(DOSSIER_CHOSEN, by, request, dossier=str(subject))
    return chosen


@transaction.atomic
def agree(*, by: User, dossier_id: uuid.UUID) -> RequestDossier:
    """Open a dossier to the officer for a copy, as the second person. A repeat changes nothing.

    Raises NotAllowed, also for who chose it; Stale if it was taken out or the request has ended.
    """
    chosen = _locked_dossier(dossier_id)
    require(by, Permission.REQUEST_AGREE, chosen.centre_id)
    if chosen.added_by_id == by.pk:
        raise NotAllowed(Permission.REQUEST_AGREE)
    request = Request.objects.get(pk=chosen.request_id)
    if chosen.agreed_at and not chosen.ended_at:
        return chosen
    if chosen.ended_at or not request.is_open:
        raise stale(request.pk)
    chosen.agreed_at, chosen.agreed_by = timezone.now(), by
    chosen.save(update_fields=["agreed_at", "agreed_by"])
    _record(DOSSIER_AGREED, by, request, dossier=str(chosen.subject))
    return chosen


@transaction.atomic
def take_out(*, by: User, dossier_id: uuid.UUID) -> RequestDossier:
    """Take a dossier out of a request, as the officer, or as the coordinator who does not agree.

    A repeat changes nothing. Raises NotAllowed.
    """
    chosen = _locked_dossier(dossier_id)
    if not can(by, Permission.REQUEST_HANDLE, chosen.centre_id):
        require(by, Permission.REQUEST_AGREE, chosen.centre_id)
    if chosen.ended_at:
        return chosen
    chosen.ended_at, chosen.ended_by = timezone.now(), by
    chosen.save(update_fields=["ended_at", "ended_by"])
    _record(DOSSIER_TAKEN_OUT, by, Request.objects.get(pk=chosen.request_id), dossier=str(chosen.subject))
    return chosen


@transaction.atomic
def decide_items(
    *, by: User, dossier_id: uuid.UUID, items: Mapping[str, Item], choices: Mapping[str, OmissionReason | str]
) -> None:
    """Decide what is in the copy. ``items``: what is held, by place. ``choices``: why not; empty if it is in the copy.

    What is not chosen stays as it is. Raises NotAllowed; NotReady if the dossier is not opened; ValueError.
    """
    chosen = RequestDossier.objects.chosen().select_related("request").get(pk=dossier_id)
    request = _locked(by, chosen.request_id)
    if request.state not in CHECKED or chosen.agreed_at is None:
        raise NotReady
    stored = {row.place: row for row in RequestItem.objects.filter(dossier=chosen)}
    given = {place: reason and OmissionReason(reason) for place, reason in choices.items() if place in items}
    changed = 0
    for place, reason in given.items():
        row = stored.get(place) or RequestItem(dossier=chosen, centre_id=chosen.centre_id, place=place)
        if row.place in stored and (bytes(row.digest), row.left_out) == (items[place].digest, reason):
            continue
        row.digest, row.left_out, row.decided_at, row.decided_by = items[place].digest, reason, timezone.now(), by
        if place in stored:
            row.save(update_fields=["digest", "left_out", "decided_at", "decided_by"])
        else:
            row.save(force_insert=True)
        changed += 1
    if changed:
        out = sum(1 for reason in given.values() if reason)
        counts = {"given": len(given) - out, "left_out": out}
        _record(ITEMS_DECIDED, by, request, dossier=str(chosen.subject), **counts)


def _end(by: User, request_id: uuid.UUID, state: RequestState, decision: str, **changes: Any) -> Request:
    request = _locked(by, request_id)
    if request.state == state:
        return request
    _move(request, state, {**changes, "decision": decision, "ended_at": timezone.now(), "ended_by": by})
    ground = {"ground": str(request.refusal)} if request.refusal else {}
    _record(ENDED[state], by, request, **ground)
    return request


def _locked(by: User, request_id: uuid.UUID) -> Request:
    """Locked, or ended, which is for good. Raises NotAllowed, Request.DoesNotExist."""
    found = Request.objects.select_for_update(no_key=True, of=("self",)).filter(pk=request_id).first()
    request = found or Request.objects.get(pk=request_id)
    require(by, Permission.REQUEST_HANDLE, request.centre_id)
    return request


def _locked_dossier(dossier_id: uuid.UUID) -> RequestDossier:
    """Locked, or one that this person may not change, or that was taken out. Raises RequestDossier.DoesNotExist."""
    rows = RequestDossier.objects.filter(pk=dossier_id)
    return rows.select_for_update(no_key=True, of=("self",)).first() or rows.get()


def _move(request: Request, state: RequestState, changes: Mapping[str, Any]) -> None:
    """Raises Stale if the request may not become so from where it is."""
    if state not in REQUEST_TRANSITIONS[RequestState(request.state)]:
        raise stale(request.pk)
    request.state = state
    for name, value in changes.items():
        setattr(request, name, value)
    request.save(update_fields=["state", *changes])


def _record(event: EventKind, by: User, request: Request, **data: Any) -> None:
    groups = [organisation_group(request.centre_id)]
    record(event, by=by, subject=request.pk, centre=request.centre_id, data=data, tell=groups)
