"""Actions of handlers on calls. Agents, state changes of calls, legs, voicemails and blocks have their own modules."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale
from foundation.privacy.unshown import read_or
from hotline.contacts.actions import open_contact, take_contact
from hotline.contacts.idempotency import insert_once
from hotline.contacts.models import Contact
from hotline.contacts.vocabulary import Channel

from . import outbound, room_ends
from .agents import agent_of, lock_agent, move_agent
from .calls import move, note
from .commands import order
from .dispatch import offer_calls, withdraw_offers
from .events import (
    CALL_DECLINED,
    CALL_HANDED_OVER,
    CALL_HELD,
    CALL_HUNG_UP,
    CALL_PARTNER_DISMISSED,
    CALL_PARTNER_RUNG,
    CALL_RESUMED,
    CALL_URGENCY,
)
from .legs import end_leg, say_goodbye
from .models import Call, Leg, Offer
from .permissions import may_direct
from .states import CLAIMED, OFFER_OPEN, THERE, AgentState, CallState, OfferState
from .vocabulary import CallParticipant, CommandKind

#: A command that ended without effect may be ordered again.


@transaction.atomic
def accept(*, by: User, call_id: uuid.UUID) -> Call:
    """Claim a waiting call, open its contact, and ring the handler's telephone.

    Raises Stale if somebody else claimed it first or the caller has hung up. A repeat has no effect.
    """
    agent = agent_of(by=by)
    require(by, Permission.CONTACT_LOG, agent.centre_id)
    if Offer.objects.filter(call=call_id, agent=agent).exists() and not Call.objects.filter(pk=call_id).exists():
        raise stale(call_id, "call")  # it was offered to the handler, and has ended meanwhile
    call = _live_call(call_id)
    if call.claimed_by_id == by.pk and call.state in CLAIMED:
        return call
    if call.state != CallState.WAITING:
        raise stale(call_id, "call")
    agent = lock_agent(agent)
    if agent.state == AgentState.READY:
        move_agent(by=by, agent=agent, to=AgentState.ON_CALL, call=call)
    else:
        raise stale(agent.pk)
    contact = _contact(by, call)
    now = timezone.now()
    move(by, call, CallState.CONNECTING, claimed_by=by, claimed_at=now, contact=contact)
    mine = Offer.objects.filter(call=call, agent=agent, state__in=OFFER_OPEN).first()
    others = Offer.objects.filter(call=call).exclude(pk__in=[mine.pk] if mine else [])
    withdraw_offers(by=by, offers=others)
    if mine:
        Offer.objects.filter(pk=mine.pk).update(state=OfferState.ACCEPTED, ended_at=now)
    ring_handler(by=by, call=call, phone=agent.phone, is_browser=agent.is_browser)
    return call


def _contact(by: User, call: Call) -> Contact:
    """The call's contact; created at the first claim.

    If a colleague has taken or completed it meanwhile, another one is created, so that the caller need not wait.
    """
    if call.contact_id and _is_free(by, call.contact_id):
        return take_contact(by=by, contact_id=call.contact_id)
    return open_contact(
        by=by,
        contact_id=uuid.uuid4(),
        channel=Channel.PHONE,
        started_at=timezone.now(),
        data_key=call.data_key,
        details={"phone": read_or(call, lambda: call.phone, ""), "language": call.language},
    )


def _is_free(by: User, contact_id: uuid.UUID) -> bool:
    mine = Contact.objects.unfinished().filter(Q(handler=None) | Q(handler=by), pk=contact_id)
    return mine.exists()


def ring_handler(*, by: User, call: Call, phone: str, is_browser: bool) -> None:
    """Ring the handler's desk phone; a browser phone connects by itself.

    A leg of an earlier call whose end was not reported yet is ended; hanging up is already ordered. That call is not
    locked here, because a webhook may hold its lock and wait for the agent that we have locked: a deadlock.
    """
    for left in Leg.objects.live().filter(party=CallParticipant.HANDLER, user=by).select_related("call"):
        end_leg(by=by, leg=left, reason="left over")
    leg = Leg(call=call, centre_id=call.centre_id, data_key_id=call.data_key_id, party=CallParticipant.HANDLER, user=by)
    leg.phone = "" if is_browser else phone
    leg.save(force_insert=True)
    if leg.phone:
        order(by=by, kind=CommandKind.DIAL, leg=leg)


@transaction.atomic
def decline(*, by: User, call_id: uuid.UUID) -> None:
    """Decline an offer: the call is offered to others. A repeat has no effect, nor one after the call has ended.

    Raises NotAllowed for a call that the actor may not see and was never offered.
    """
    agent = agent_of(by=by)
    call = Call.objects.locked().filter(pk=call_id).first()
    if call is None:
        if not Offer.objects.filter(call=call_id, agent=agent).exists():
            raise NotAllowed(Permission.CONTACT_LOG)
        return
    changed = Offer.objects.filter(call=call, agent=agent, state__in=OFFER_OPEN).update(
        state=OfferState.DECLINED, ended_at=timezone.now()
    )
    if changed:
        note(by, CALL_DECLINED, call, {"by": by.pk})
        offer_calls(by=by, centre=agent.centre_id)


@transaction.atomic
def hold(*, by: User, call_id: uuid.UUID, is_held: bool) -> None:
    """Put the caller on hold, or resume. Raises Stale if the conversation has ended."""
    call = _directed(by, call_id)
    if call.is_held != is_held:
        order(by=by, kind=CommandKind.HOLD if is_held else CommandKind.RESUME, call=call)
        Call.objects.filter(pk=call.pk).update(is_held=is_held)
        note(by, CALL_HELD if is_held else CALL_RESUMED, call)


@transaction.atomic
def consult(*, by: User, call_id: uuid.UUID, leg_id: uuid.UUID, phone: str, organisation: Organisation | None) -> Leg:
    """Ring a partner while the caller is on hold. ``leg_id`` comes with the form, so that a repeat does not ring again.

    Raises Stale if another partner is connected, or this one has left.
    """
    call = _directed(by, call_id)
    known = Leg.objects.filter(pk=leg_id, call=call).first()
    if known:
        return known
    if _partner(call):
        raise stale(call_id, "call")
    leg = Leg(
        pk=leg_id, call=call, centre_id=call.centre_id, data_key_id=call.data_key_id, party=CallParticipant.PARTNER
    )
    leg.organisation = organisation
    leg.phone = phone
    if not insert_once(leg):  # a repeat after the partner's leg has ended; the handler can no longer read its row
        raise stale(call_id, "call")
    if not call.is_held:
        hold(by=by, call_id=call_id, is_held=True)
    for handler in _handlers(call):
        room_ends.unbind(by=by, leg=handler)
    order(by=by, kind=CommandKind.ADD, leg=leg)
    note(by, CALL_PARTNER_RUNG, call, {"organisation": organisation.pk if organisation else None})
    return leg


@transaction.atomic
def dismiss_partner(*, by: User, call_id: uuid.UUID) -> None:
    """Remove the partner from the conversation and resume with the caller. A repeat has no effect."""
    call = _directed(by, call_id)
    leg = _partner(call)
    if leg and not _is_hung_up(leg):
        room_ends.unbind(by=by, leg=leg)
        order(by=by, kind=CommandKind.HANG_UP, leg=leg)
        note(by, CALL_PARTNER_DISMISSED, call)
    if call.is_held:
        hold(by=by, call_id=call_id, is_held=False)


@transaction.atomic
def hand_over(*, by: User, call_id: uuid.UUID) -> None:
    """Warm handover: the handler leaves, caller and partner continue. A repeat has no effect.

    Raises Stale when no partner has answered.
    """
    call = _directed(by, call_id)
    partner = _partner(call)
    if partner is None or partner.state not in THERE:
        raise stale(call_id, "call")
    leaving = [leg for leg in _handlers(call) if not _is_hung_up(leg)]
    if not leaving:
        return
    if call.is_held:
        hold(by=by, call_id=call_id, is_held=False)
    room_ends.bind(by=by, leg=partner)
    for leg in leaving:
        room_ends.unbind(by=by, leg=leg)
        order(by=by, kind=CommandKind.HANG_UP, leg=leg)
    note(by, CALL_HANDED_OVER, call, {"organisation": partner.organisation_id})


@transaction.atomic
def hang_up(*, by: User, call_id: uuid.UUID) -> None:
    """End the conversation for everybody. The call ends when the provider reports it. A repeat has no effect."""
    call = _live_call(call_id)
    if not may_direct(by, call):
        raise NotAllowed(Permission.CONTACT_LOG)
    if call.state not in CLAIMED:
        return
    if outbound.give_up(by=by, call=call):
        return
    if say_goodbye(by=by, call=call):
        note(by, CALL_HUNG_UP, call)


@transaction.atomic
def raise_urgency(*, by: User, call_id: uuid.UUID, is_urgent: bool) -> None:
    """Make a waiting call urgent, so that it is first in the queue, or undo that; only coordinators."""
    call = _live_call(call_id)
    require(by, Permission.CONTACT_ASSIGN, call.centre_id)
    if (
        Call.objects.filter(pk=call.pk, state=CallState.WAITING)
        .exclude(is_urgent=is_urgent)
        .update(is_urgent=is_urgent)
    ):
        note(by, CALL_URGENCY, call, {"is_urgent": is_urgent})


def _handlers(call: Call) -> list[Leg]:
    return list(Leg.objects.live().filter(call=call, party=CallParticipant.HANDLER))


def _is_hung_up(leg: Leg) -> bool:
    """Whether hanging up is already ordered."""
    return leg.commands.hanging_up_legs().exists()


def _partner(call: Call) -> Leg | None:
    return Leg.objects.live().filter(call=call, party=CallParticipant.PARTNER).order_by("made_at").first()


def _live_call(call_id: uuid.UUID) -> Call:
    """Lock the call. Raises NotAllowed if the actor may not see it."""
    if not Call.objects.filter(pk=call_id).exists():
        raise NotAllowed(Permission.CONTACT_LOG)
    return Call.objects.locked().get(pk=call_id)


def _directed(by: User, call_id: uuid.UUID) -> Call:
    call = _live_call(call_id)
    if not may_direct(by, call):
        raise NotAllowed(Permission.CONTACT_LOG)
    if call.state != CallState.TALKING:
        raise stale(call_id, "call")
    return call
