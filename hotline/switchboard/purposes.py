"""One class per kind of command: its request to the provider, and the consequences of each outcome.

``request`` is read-only; the other methods run in the transaction that settles the command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from django.utils import timezone

from foundation.accounts.models import User
from hotline.telephony import provider
from hotline.telephony.provider import Gone, ProviderCall

from . import voicemails
from .calls import ask_soon, end_call, put_back
from .commands import GOOD_FOR, order
from .legs import GOODBYE_WORKS_IN, end_leg, held, leg_changed, lock_leg, report_lone_caller, say_goodbye
from .models import Call, Command, Leg, Voicemail
from .prompts import address
from .room_ends import drop_handover, keep_room
from .states import NOT_RUNG, THERE, CallState, LegState
from .vocabulary import CallParticipant, CommandKind

RINGS_FOR = 20  # seconds for which a handler's telephone rings
PARTNER_RINGS_FOR = 40
Request = Callable[[], object]


class Purpose:
    def request(self, command: Command) -> Request | None:
        """The request to the provider; None if it is not needed any more."""
        raise NotImplementedError

    def done(self, by: User, command: Command, answer: object) -> None:
        """The provider has executed the command."""

    def dropped(self, by: User, command: Command) -> None:
        """The command was not needed any more."""

    def gone(self, by: User, command: Command) -> None:
        """The provider does not know the call or participant any more: correct our state."""

    def failed(self, by: User, command: Command) -> None:
        """The command failed finally: nobody may be left waiting for it."""


class Ring(Purpose):
    """Ring a telephone. A repeat first checks whether the earlier request succeeded."""

    def request(self, command: Command) -> Request | None:
        leg = _leg(command)
        late = timezone.now() - command.made_at > GOOD_FOR
        is_wanted = leg.state == LegState.PLANNED and not leg.call.ended_at and not late
        again = self.ring(leg) if is_wanted else None
        if command.attempts <= 1:
            return again
        if leg.sid or leg.state not in NOT_RUNG:
            return None
        return partial(settled, self.search(command, leg), again)

    def ring(self, leg: Leg) -> Request:
        raise NotImplementedError

    def search(self, command: Command, leg: Leg) -> Callable[[], Sequence[ProviderCall]]:
        raise NotImplementedError

    def done(self, by: User, command: Command, answer: object) -> None:
        leg = _locked_leg(command)
        made = telephones_of(answer)
        if not made:
            _not_rung(by, leg)
        for known in made:
            leg_changed(by=by, leg=leg, status=known.status, sequence=None, sid=known.sid)

    def dropped(self, by: User, command: Command) -> None:
        _not_rung(by, _locked_leg(command))

    def gone(self, by: User, command: Command) -> None:
        end_leg(by=by, leg=_locked_leg(command), reason="gone")

    def failed(self, by: User, command: Command) -> None:
        end_leg(by=by, leg=_locked_leg(command), reason="not rung")


def settled(search: Callable[[], Sequence[ProviderCall]], again: Request | None) -> object:
    """The telephones that an earlier request rang, live ones first; if it rang none, make the request again."""
    found = sorted(search(), key=lambda known: known.status not in ("queued", "ringing", "in-progress"))
    if found:
        return found
    return again() if again else None


def telephones_of(answer: object) -> list[ProviderCall]:
    """The sids in an outcome: of the new call, of those that an earlier request rang, or none."""
    if isinstance(answer, str):
        return [ProviderCall(answer, "queued")]
    return answer if isinstance(answer, list) else []


def search_room(call: Call, label: str) -> Callable[[], Sequence[ProviderCall]]:
    """Participants of the call's room, or being rung for it, with this label."""
    ask = partial(provider.participant, room=call.conference, label=label)
    return lambda: [known for known in [ask()] if known]


def _not_rung(by: User, leg: Leg) -> None:
    """End a leg whose telephone was never rung."""
    if leg.state == LegState.PLANNED and not leg.sid:
        end_leg(by=by, leg=leg, reason="not rung")


class Dial(Ring):
    def ring(self, leg: Leg) -> Request:
        return partial(
            provider.dial,
            to=leg.phone,
            from_=str(leg.call.line.number),
            url=address("leg_answer", leg.pk),
            status_url=address("leg_status", leg.pk),
            seconds=RINGS_FOR,
        )

    def search(self, command: Command, leg: Leg) -> Callable[[], Sequence[ProviderCall]]:
        recent = Leg.objects.filter(made_at__gt=command.made_at - 2 * GOOD_FOR, sid__isnull=False).exclude(pk=leg.pk)
        others = set(recent.values_list("sid", flat=True))
        ask = partial(provider.calls_to, to=leg.phone, from_=str(leg.call.line.number), since=command.made_at)
        return lambda: [known for known in ask() if known.sid not in others]


class Add(Ring):
    def ring(self, leg: Leg) -> Request:
        return partial(
            provider.add,
            room=leg.call.conference,
            label=leg.label,
            to=leg.phone,
            from_=str(leg.call.line.number),
            status_url=address("leg_status", leg.pk),
            seconds=PARTNER_RINGS_FOR,
        )

    def search(self, command: Command, leg: Leg) -> Callable[[], Sequence[ProviderCall]]:
        return search_room(leg.call, leg.label)


class HangUp(Purpose):
    """Hang up a leg, even if it has ended here: its telephone may still ring, or be alone in a room."""

    def request(self, command: Command) -> Request | None:
        sid = command.sid or (_leg(command).sid if command.leg_id else None)
        return partial(provider.hang_up, sid=sid) if sid else None

    def dropped(self, by: User, command: Command) -> None:
        if command.leg_id and not command.sid:
            _not_rung(by, _locked_leg(command))

    def gone(self, by: User, command: Command) -> None:
        if command.leg_id:
            leg = _locked_leg(command)
            if command.sid in ("", leg.sid):
                end_leg(by=by, leg=leg, reason="gone")

    def failed(self, by: User, command: Command) -> None:
        """If the handler could not be removed from the room, the handover has failed."""
        if command.leg_id and not command.sid:
            leg = _locked_leg(command)
            if leg.party == CallParticipant.HANDLER and leg.call.state == CallState.TALKING:
                keep_room(by=by, call=leg.call)


class Connect(Purpose):
    def request(self, command: Command) -> Request | None:
        call = _call(command)
        is_wanted = call.state == CallState.CONNECTING and call.entered_at is None
        if not is_wanted or (call.claimed_at and command.made_at < call.claimed_at):
            return None
        return partial(provider.redirect, sid=call.sid or "", url=address("room", call.pk))

    def gone(self, by: User, command: Command) -> None:
        end_call(by=by, call=locked_call(command))

    def failed(self, by: User, command: Command) -> None:
        call = locked_call(command)
        if call.state != CallState.CONNECTING or call.entered_at:
            return
        for leg in call.legs.locked().live().filter(party=CallParticipant.HANDLER):
            order(by=by, kind=CommandKind.HANG_UP, leg=leg)
            end_leg(by=by, leg=leg, reason="not connected")
        put_back(by=by, call=call, why="not connected")


class Requeue(Purpose):
    """Move the caller from the room back to the queue, because the handler has left; the room's URL does that."""

    def request(self, command: Command) -> Request | None:
        call = _call(command)
        is_answered = call.legs.filter(party=CallParticipant.HANDLER, state__in=THERE).exists()
        if call.ended_at or call.state == CallState.TALKING or call.entered_at is None or is_answered:
            return None
        return partial(provider.redirect, sid=call.sid or "", url=address("room", call.pk))

    def gone(self, by: User, command: Command) -> None:
        end_call(by=by, call=locked_call(command))

    def failed(self, by: User, command: Command) -> None:
        say_goodbye(by=by, call=locked_call(command))


class Goodbye(Purpose):
    """Redirect the caller to the goodbye; if that fails, end the room; if that fails, end the call."""

    WAYS = 3

    def request(self, command: Command) -> Request | None:
        call = _call(command)
        is_heard = call.goodbye_at and timezone.now() - call.goodbye_at < GOODBYE_WORKS_IN
        if call.ended_at or is_heard or not call.sid:
            return None
        way = max(command.attempts - 1, 0) % self.WAYS
        if way == 0:
            return partial(provider.redirect, sid=call.sid or "", url=address("after", call.pk))
        if way == 1 and call.room_sid:
            return partial(_end_room_or_call, room=call.room_sid, sid=call.sid or "")
        return partial(provider.hang_up, sid=call.sid or "")

    def gone(self, by: User, command: Command) -> None:
        end_call(by=by, call=locked_call(command))

    def failed(self, by: User, command: Command) -> None:
        call = locked_call(command)
        if call.ended_at:
            return
        if command.attempts < self.WAYS:
            order(by=by, kind=CommandKind.GOODBYE, call=call, attempts=command.attempts)
        else:
            report_lone_caller(by=by, call=call)


def _end_room_or_call(*, room: str, sid: str) -> None:
    try:
        provider.end_room(room=room)
    except Gone:  # the room has ended; the caller may still be connected
        provider.hang_up(sid=sid)


class Hold(Purpose):
    """``is_held``: whether to put the caller on hold or to resume."""

    def __init__(self, *, is_held: bool) -> None:
        self.is_held = is_held

    def request(self, command: Command) -> Request | None:
        call = _call(command)
        if call.state != CallState.TALKING or not call.room_sid:
            return None
        return partial(provider.hold, room=call.room_sid, label=call.room, is_held=self.is_held)

    def dropped(self, by: User, command: Command) -> None:
        held(by=by, call=locked_call(command), is_held=False, why="not held")

    def gone(self, by: User, command: Command) -> None:
        """The caller is not in the room: ask at once whether the call still exists."""
        call = locked_call(command)
        held(by=by, call=call, is_held=False, why="gone")
        ask_soon(call)

    def failed(self, by: User, command: Command) -> None:
        held(by=by, call=locked_call(command), is_held=not self.is_held, why="failed")


class Bind(Purpose):
    """Whether the room ends when this telephone leaves it."""

    def __init__(self, *, is_bound: bool) -> None:
        self.is_bound = is_bound

    def request(self, command: Command) -> Request | None:
        leg = _leg(command)
        call = leg.call
        if leg.ended_at or call.state != CallState.TALKING or not call.room_sid:
            return None
        return partial(provider.bind, room=call.room_sid, label=leg.label, is_bound=self.is_bound)

    def done(self, by: User, command: Command, answer: object) -> None:
        Leg.objects.filter(commands=command).update(is_bound=self.is_bound)

    def gone(self, by: User, command: Command) -> None:
        """The participant is not in the room: ask at once whether its telephone is still connected."""
        leg = _locked_leg(command)
        Leg.objects.filter(pk=leg.pk).update(ask_at=timezone.now())
        self._not_done(by, leg)

    def failed(self, by: User, command: Command) -> None:
        self._not_done(by, _locked_leg(command))

    def _not_done(self, by: User, leg: Leg) -> None:
        if not self.is_bound:  # hanging up would then end the room for caller and partner
            drop_handover(by=by, leg=leg)


class Fetch(Purpose):
    def request(self, command: Command) -> Request | None:
        voicemail = Voicemail.objects.filter(call=command.call_id, fetched_at=None).first()
        return partial(provider.fetch_recording, sid=voicemail.recording_sid) if voicemail else None

    def done(self, by: User, command: Command, answer: object) -> None:
        assert isinstance(answer, bytes)
        voicemail = Voicemail.objects.select_related("call").get(call__commands=command)
        voicemails.store_sound(by=by, voicemail=voicemail, sound=answer)

    def gone(self, by: User, command: Command) -> None:
        voicemails.lose(by=by, call=locked_call(command))

    def failed(self, by: User, command: Command) -> None:
        voicemails.fetch_failed(by=by, command=command)


class Delete(Purpose):
    """Delete a recording. Not found counts as deleted; if it cannot be deleted, the failed command shows it."""

    def request(self, command: Command) -> Request | None:
        return partial(provider.delete_recording, sid=command.sid) if command.sid else None


PURPOSES: dict[CommandKind, Purpose] = {
    CommandKind.DIAL: Dial(),
    CommandKind.ADD: Add(),
    CommandKind.HANG_UP: HangUp(),
    CommandKind.CONNECT: Connect(),
    CommandKind.REQUEUE: Requeue(),
    CommandKind.GOODBYE: Goodbye(),
    CommandKind.HOLD: Hold(is_held=True),
    CommandKind.RESUME: Hold(is_held=False),
    CommandKind.BIND: Bind(is_bound=True),
    CommandKind.UNBIND: Bind(is_bound=False),
    CommandKind.FETCH: Fetch(),
    CommandKind.DELETE: Delete(),
}


def _leg(command: Command) -> Leg:
    return Leg.objects.select_related("call__line").get(commands=command)


def _call(command: Command) -> Call:
    return Call.objects.get(commands=command)


def _locked_leg(command: Command) -> Leg:
    assert command.leg_id is not None
    return lock_leg(command.leg_id)


def locked_call(command: Command) -> Call:
    return Call.objects.locked().get(pk=command.call_id)
