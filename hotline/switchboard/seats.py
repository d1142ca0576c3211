"""Writes to the handlers' seats: who is ready, on a break, in a call. (A part of the actions.)"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.groups import organisation_group
from foundation.journal.stale import stale
from foundation.privacy.actions import new_data_key
from foundation.privacy.event_kinds import EventKind
from regions.vocabulary import Language

from .dispatch import offer_calls
from .events import SEAT_ARRANGED, SEAT_MADE, SEAT_MOVED
from .models import Call, Offer, Seat
from .permissions import may_change_seat
from .states import CHOSEN_STATES, SEAT_TRANSITIONS, OfferState, SeatState
from .vocabulary import Skill


def seat_of(*, by: User) -> Seat:
    """The actor's own seat; made when they first come to the telephone."""
    if by.centre is None:
        raise NotAllowed(Permission.CONTACT_LOG)
    require(by, Permission.CONTACT_LOG, by.centre.pk)
    seat = Seat.objects.filter(user=by).first()
    return seat or _new_seat(by)


def _new_seat(by: User) -> Seat:
    assert by.centre is not None
    with transaction.atomic():
        key = new_data_key()
        Seat.objects.bulk_create(
            [Seat(user=by, centre=by.centre, data_key=key, languages=[by.language])], ignore_conflicts=True
        )
        seat = Seat.objects.get(user=by)
        if seat.data_key_id == key.pk:
            record(SEAT_MADE, by=by, subject=seat.pk, centre=seat.centre_id)
    return seat


@transaction.atomic
def choose_state(*, by: User, state: SeatState) -> Seat:
    """Ready, break or off. Raises Stale in the middle of a call; a repeat has no effect.

    Who becomes ready is shown the call that waits; who leaves gives an open offer back to the others.
    """
    if state not in CHOSEN_STATES:
        raise ValueError(state)
    seat = lock_seat(seat_of(by=by))
    if seat.state == SeatState.ON_CALL:  # the call itself decides what comes after it
        raise stale(seat.pk)
    if seat.state == state:
        if seat.reason:  # a person wants now what the system has set
            Seat.objects.filter(pk=seat.pk).update(reason="")
            seat.reason = ""
        return seat
    move_seat(by=by, seat=seat, to=state)
    if state == SeatState.READY:
        Seat.objects.filter(pk=seat.pk).update(missed=0)
    else:
        Offer.objects.filter(seat=seat, state=OfferState.OPEN).update(
            state=OfferState.WITHDRAWN, ended_at=timezone.now()
        )
    offer_calls(by=by, centre=seat.centre_id)
    return seat


@transaction.atomic
def arrange_seat(
    *,
    by: User,
    seat: Seat,
    phone: str,
    is_browser: bool,
    languages: Sequence[Language],
    skills: Sequence[Skill],
) -> Seat:
    """Where it rings (E.164, or empty), and which calls are for this handler. By the handler or a coordinator."""
    if not may_change_seat(by, seat):
        raise NotAllowed(Permission.CONTACT_LOG)
    seat = lock_seat(seat)
    seat.phone = phone
    seat.is_browser = is_browser
    seat.languages = list(languages)
    seat.skills = list(skills)
    seat.save(update_fields=["phone", "is_browser", "languages", "skills"])
    _note(by, SEAT_ARRANGED, seat, {"languages": seat.languages, "skills": seat.skills})
    return seat


def lock_seat(seat: Seat) -> Seat:
    return Seat.objects.select_for_update(no_key=True).get(pk=seat.pk)


def move_seat(
    *, by: User, seat: Seat, to: SeatState, call: Call | None = None, why: str = "", reason: str = ""
) -> None:
    """Raises Stale where the state allows it no more. ``reason``: a ``SeatReason`` when no person wanted it."""
    if to not in SEAT_TRANSITIONS[SeatState(seat.state)]:
        raise stale(seat.pk)
    now = timezone.now()
    changed = Seat.objects.filter(pk=seat.pk, state=seat.state).update(state=to, since=now, call=call, reason=reason)
    if not changed:
        raise stale(seat.pk)
    seat.state = to
    seat.since = now
    seat.call = call
    seat.reason = reason
    _note(by, SEAT_MOVED[to], seat, {"why": why} if why else {})


def _note(by: User, kind: EventKind, seat: Seat, data: dict[str, Any]) -> None:
    told = (organisation_group(seat.centre_id),)
    record(kind, by=by, subject=seat.pk, centre=seat.centre_id, data=data, tell=told)


def leave_call(*, by: User, call: Call, to: SeatState = SeatState.WRAP_UP, why: str = "", reason: str = "") -> None:
    """Whoever sits in this call sits in it no longer."""
    for seat in Seat.objects.select_for_update(no_key=True).filter(call=call, state=SeatState.ON_CALL):
        move_seat(by=by, seat=seat, to=to, why=why, reason=reason)
