"""What the desk shows of the telephone. Reading only; row-level security decides which rows there are."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Organisation, User
from hotline.telephony import is_connected
from hotline.vocabulary import Kind

from .models import Block, Call, Command, Leg, Line, Offer, Seat
from .states import CallState, CommandState, OfferState, SeatState
from .vocabulary import Party

MOST_WAITING = 30
#: After one of these, the number may be blocked for a day.
ABUSIVE = {Kind.ABUSIVE, Kind.PRANK}


@dataclass(frozen=True)
class Telephone:
    """The telephone's part of the left column. ``offer``: the call that is shown to this handler now."""

    is_connected: bool
    seat: Seat | None
    offer: Offer | None
    queue: list[Call]
    has_more: bool
    team: list[Seat]
    can_block: Call | None


def telephone_of(user: User, centre: Organisation) -> Telephone:
    seat = Seat.objects.filter(user=user).first()
    shown = ("line__name", "language", "is_urgent", "waiting_since")
    waiting = list(Call.objects.waiting().filter(centre=centre).select_related("line").only(*shown)[: MOST_WAITING + 1])
    return Telephone(
        is_connected=is_connected() and Line.objects.filter(centre=centre, is_active=True).exists(),
        seat=seat,
        offer=_offer_to(seat) if waiting else None,
        queue=waiting[:MOST_WAITING],
        has_more=len(waiting) > MOST_WAITING,
        team=list(_team(centre)),
        can_block=_abusive(seat),
    )


def _offer_to(seat: Seat | None) -> Offer | None:
    if seat is None or seat.state != SeatState.READY:
        return None
    mine = Offer.objects.filter(seat=seat, state=OfferState.OPEN, call__state=CallState.WAITING)
    return mine.select_related("call__line").first()


def _team(centre: Organisation) -> list[Seat]:
    on_duty = Seat.objects.filter(centre=centre).exclude(state=SeatState.OFF).select_related("user")
    return list(on_duty.only("state", "user__name").order_by("user__name"))


def _abusive(seat: Seat | None) -> Call | None:
    """The call that this handler has just ended as abusive, while its number is not blocked."""
    if seat is None or seat.state != SeatState.WRAP_UP:
        return None
    last = Call.objects.filter(claimed_by=seat.user_id).select_related("contact").order_by("-claimed_at").first()
    if last is None or last.contact is None or last.contact.kind not in ABUSIVE or last.phone_index is None:
        return None
    return None if Block.objects.filter(contact=last.contact).exists() else last


@dataclass(frozen=True)
class Conversation:
    """The call bar of a contact. ``problem``: what the provider would not do, by its number."""

    call: Call
    partner: Leg | None
    handler: Leg | None
    seat: Seat | None
    problem: Command | None
    is_live: bool


def conversation_of(user: User, call: Call) -> Conversation:
    legs = {leg.party: leg for leg in Leg.objects.live().filter(call=call).select_related("organisation")}
    failed = call.commands.filter(state=CommandState.FAILED).order_by("-pk").first()
    late = call.commands.filter(state=CommandState.WAITING, attempts__gt=1).order_by("-pk").first()
    return Conversation(
        call=call,
        partner=legs.get(Party.PARTNER.value),
        handler=legs.get(Party.HANDLER.value),
        seat=Seat.objects.filter(user=user).first(),
        problem=late or failed,
        is_live=call.ended_at is None,
    )
