"""State changes of calls, from the provider's events. Run by the service user ``telephone``.

Each takes the call's row, locked by ``Call.objects.lock_by``, ``locked`` or ``arrive``, and updates the instance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.journal.actions import record
from foundation.privacy.actions import new_data_key
from foundation.privacy.blind_index import phone_index
from foundation.privacy.event_kinds import EventKind
from foundation.privacy.unshown import read_or
from hotline.contacts.actions import return_contact
from hotline.contacts.callbacks import callback_from_call
from hotline.contacts.vocabulary import CallbackOrigin, CallerIdKind
from regions.network import calendar_for, next_opening_of
from regions.phone_numbers import is_withheld, parse_number
from regions.working_hours import is_open

from .agents import leave_call
from .commands import order
from .dispatch import offer_calls, withdraw_offers
from .events import (
    CALL_ALONE,
    CALL_ALONE_NO_MORE,
    CALL_ANSWERED_AFTER_ALL,
    CALL_ARRIVED,
    CALL_CONNECTING,
    CALL_ENDED,
    CALL_ENTERED_ROOM,
    CALL_LANGUAGE_CHOSEN,
    CALL_LEAVING,
    CALL_LEFT_ROOM,
    CALL_MOVED,
    CALL_URGENCY,
    CALL_VOICEMAIL_FETCHED,
    CALL_VOICEMAIL_LOST,
    CALL_WAITING,
)
from .models import Block, Call, Line, Offer, Voicemail
from .states import CALL_TRANSITIONS, NATURAL_ENDING, AgentReason, AgentState, CallState, Ending
from .vocabulary import CommandKind, WhyUnreached

#: A caller who was cut off and rings again within this time is first in the queue.
CUT_OFF_WITHIN = timedelta(minutes=10)
#: Endings that are corrected to answered if the events of the conversation arrive late.
NOT_ANSWERED = (Ending.ABANDONED, Ending.UNREACHED)
#: Reason of a handler's leg that was disconnected during a conversation, without an action at the desk.
LOST = "lost"


@dataclass(frozen=True)
class CallerId:
    """The caller's number from the provider. ``e164``: only for numbers by which callers may be recognised."""

    raw: str
    kind: CallerIdKind
    e164: str

    @classmethod
    def of(cls, raw: str, country: str) -> CallerId:
        number = parse_number(raw, country)
        if number:
            return cls(raw, CallerIdKind.SHOWN, number.e164)
        return cls(raw, CallerIdKind.WITHHELD if is_withheld(raw) else CallerIdKind.UNKNOWN, "")


def arrive(*, by: User, line: Line, sid: str, caller: CallerId) -> Call:
    """Create the row of a call to one of our lines."""
    now = timezone.now()
    call = Call(line=line, centre_id=line.centre_id, data_key=new_data_key(), sid=sid, arrived_at=now, heard_at=now)
    call.phone = caller.e164
    call.from_raw = caller.raw
    call.caller_id_kind = caller.kind
    call.phone_index = phone_index(caller.e164) if caller.e164 else None
    call.is_urgent = _was_cut_off(call, now)
    if len(line.languages) == 1:
        call.language = line.languages[0]
    call.save(force_insert=True)
    note(by, CALL_ARRIVED, call, {"line": line.pk, "caller_id": caller.kind})
    return call


def _was_cut_off(call: Call, now: datetime) -> bool:
    """Whether the same number was in a conversation that was cut off within ``CUT_OFF_WITHIN``."""
    if call.phone_index is None:
        return False
    recent = Call.objects.filter(phone_index=call.phone_index, ended_at__gt=now - CUT_OFF_WITHIN)
    return recent.filter(legs__reason=LOST).exists()


def running_block(call: Call, now: datetime) -> Block | None:
    if call.phone_index is None:
        return None
    return Block.objects.running(now).filter(centre=call.centre_id, phone_index=bytes(call.phone_index)).first()


def is_line_open(line: Line, now: datetime) -> bool:
    return line.is_round_the_clock or is_open(now, calendar_for(line.centre))


def choose_language(*, by: User, call: Call, language: str) -> None:
    """Store the choice in the menu. A later choice replaces it."""
    if Call.objects.filter(pk=call.pk, state=CallState.MENU).exclude(language=language).update(language=language):
        call.language = language
        note(by, CALL_LANGUAGE_CHOSEN, call)


def begin_waiting(*, by: User, call: Call) -> None:
    """The caller has heard the notices and is in the queue."""
    if call.state == CallState.MENU:
        move(by, call, CallState.WAITING, waiting_since=timezone.now())
        offer_calls(by=by, centre=call.centre_id)


def begin_leaving(*, by: User, call: Call, ending: Ending) -> None:
    """The caller asks for a callback or may leave a message. ``ending``: the call's ending if no message follows."""
    if CallState.LEAVING in CALL_TRANSITIONS[CallState(call.state)]:
        move(by, call, CallState.LEAVING, ending_so_far=ending)
        withdraw_offers(by=by, offers=Offer.objects.filter(call=call))
    elif call.state == CallState.LEAVING and call.ending_so_far != ending:
        Call.objects.filter(pk=call.pk).update(ending_so_far=ending)
        call.ending_so_far = ending
        note(by, CALL_LEAVING, call, {"ending": ending})


def begin_talking(*, by: User, call: Call) -> None:
    """Start the conversation: caller and handler are both in the room."""
    if call.state == CallState.CONNECTING:
        now = timezone.now()
        move(by, call, CallState.TALKING, connected_at=now, entered_at=call.entered_at or now)


def answered_after_all(*, by: User, call: Call) -> None:
    """Correct the ending: the end was reported before the events that show that caller and handler had met."""
    if call.state != CallState.ENDED or call.ending not in NOT_ANSWERED or call.claimed_by_id is None:
        return
    known = {"ending": Ending.ANSWERED, "why_unreached": "", "connected_at": call.ended_at}
    Call.objects.filter(pk=call.pk).update(**known)
    call.ending = Ending.ANSWERED
    call.why_unreached = ""
    call.connected_at = call.ended_at
    note(by, CALL_ANSWERED_AFTER_ALL, call)


#: Why a handler who had claimed a call is set to break; any other end of their leg means: not answered.
REASONS = {
    "not rung": AgentReason.REFUSED,
    "failed": AgentReason.REFUSED,
    "not connected": AgentReason.NOT_CONNECTED,
}


def put_back(*, by: User, call: Call, why: str) -> None:
    """Return the call to its place in the queue, because the handler who claimed it was not reached.

    The handler is set to break, and the next handler gets the contact. A caller who is in the room already is moved
    back to the queue.
    """
    if call.state != CallState.CONNECTING or call.is_outbound:
        return
    reason = REASONS.get(why, AgentReason.NOT_REACHED)
    leave_call(by=by, call=call, to=AgentState.BREAK, why=why, reason=reason)
    if call.contact_id:
        return_contact(by=by, contact_id=call.contact_id)
    move(by, call, CallState.WAITING, claimed_by=None, claimed_at=None, why=why)
    if call.entered_at:
        order(by=by, kind=CommandKind.REQUEUE, call=call)
    offer_calls(by=by, centre=call.centre_id)


def enter(*, by: User, call: Call) -> None:
    """Send the caller into the room."""
    call.entered_at = timezone.now()
    call.goodbye_at = None
    call.save(update_fields=["entered_at", "goodbye_at"])
    note(by, CALL_ENTERED_ROOM, call)


def leave_room(*, by: User, call: Call, for_good: bool = False) -> None:
    """The caller has left the room. ``for_good``: and hears the goodbye."""
    if call.entered_at is None and not for_good:
        return
    was_alone = call.alone_since is not None
    call.entered_at = None
    call.alone_since = None
    call.goodbye_at = timezone.now() if for_good else None
    call.save(update_fields=["entered_at", "alone_since", "goodbye_at"])
    note(by, CALL_LEFT_ROOM, call)
    if was_alone:
        note(by, CALL_ALONE_NO_MORE, call)


#: Time for the provider's own report, which is usually on its way.
WORD_TAKES = timedelta(seconds=2)


def ask_soon(call: Call) -> None:
    """The call has probably ended: ask the provider soon, unless it reports first."""
    Call.objects.live().filter(pk=call.pk).update(ask_at=timezone.now() + WORD_TAKES)


def end_call(
    *,
    by: User,
    call: Call,
    ending: Ending | None = None,
    why: WhyUnreached | None = None,
    parting: CommandKind = CommandKind.HANG_UP,
) -> None:
    """End the call: the caller's leg has ended. A repeat has no effect. ``parting``: handles the other legs."""
    if call.state == CallState.ENDED:
        return
    decided = ending or Ending(call.ending_so_far or NATURAL_ENDING[CallState(call.state)])
    if call.claimed_by_id is None:
        withdraw_offers(by=by, offers=Offer.objects.filter(call=call))
    values = {"ending": decided, "ended_at": timezone.now(), "why_unreached": why or ""}
    was_alone = call.alone_since is not None
    move(by, call, CallState.ENDED, why=why or "", is_held=False, alone_since=None, **values)
    for leg in call.legs.live():
        order(by=by, kind=parting, leg=leg)
    leave_call(by=by, call=call)
    if was_alone:
        note(by, CALL_ALONE_NO_MORE, call)
    _plan_callback(by, call)


#: Callers who hung up without asking for a callback get none: a call can put them in danger (ADR 11).
ORIGINS = {
    Ending.CALLBACK: CallbackOrigin.ASKED,
    Ending.VOICEMAIL: CallbackOrigin.VOICEMAIL,
}


def _plan_callback(by: User, call: Call) -> None:
    """Create a callback if the caller asked for one and has a number, or left a voicemail; once per call."""
    if call.callback_id:
        return
    origin = ORIGINS.get(Ending(call.ending))
    phone = read_or(call, lambda: call.phone, "")
    if origin is None or (not (phone and call.phone_index) and origin != CallbackOrigin.VOICEMAIL):
        return
    callback = callback_from_call(
        by=by,
        centre=call.centre,
        data_key=call.data_key,
        phone=phone,
        language=call.language,
        origin=origin,
        due_at=next_opening_of(call.centre, timezone.now()),
    )
    Call.objects.filter(pk=call.pk).update(callback=callback)
    Voicemail.objects.filter(call=call).update(callback=callback)


def plan_callback_for_voicemail(*, by: User, call: Call) -> None:
    """The end of the call was reported before the recording, so the callback for the voicemail is created now."""
    Call.objects.filter(pk=call.pk).update(ending=Ending.VOICEMAIL)
    call.ending = Ending.VOICEMAIL
    _plan_callback(by, call)


def move(by: User, call: Call, to: CallState, *, why: str = "", **values: Any) -> None:
    """The only place that changes a call's state; the row is locked. Raises ValueError for an unknown transition."""
    if to not in CALL_TRANSITIONS[CallState(call.state)]:
        raise ValueError(f"{call}: {call.state} -> {to}")
    Call.objects.filter(pk=call.pk, state=call.state).update(state=to, **values)
    call.state = to
    for name, value in values.items():
        setattr(call, name, value)
    data: dict[str, Any] = {name: str(values[name]) for name in ("ending", "ending_so_far") if name in values}
    note(by, CALL_MOVED[to], call, {**data, "why": why} if why else data)


#: Kinds that change the queue, pushed to the whole shift. Others go only to the call's handler, as there are many.
FOR_THE_SHIFT = {
    CALL_WAITING,
    CALL_CONNECTING,
    CALL_LEAVING,
    CALL_URGENCY,
    CALL_ALONE,
    CALL_ALONE_NO_MORE,
    CALL_VOICEMAIL_FETCHED,
    CALL_VOICEMAIL_LOST,
}


def note(by: User, kind: EventKind, call: Call, data: dict[str, Any] | None = None) -> None:
    record(kind, by=by, subject=call.pk, centre=call.centre_id, data=data, tell=_push_groups(kind, call))


def _push_groups(kind: EventKind, call: Call) -> tuple[str, ...]:
    if kind in FOR_THE_SHIFT or (kind == CALL_ENDED and call.claimed_by_id is None):
        return (organisation_group(call.centre_id),)
    return (user_group(call.claimed_by_id),) if call.claimed_by_id else ()
