"""Voicemails: stored, downloaded when available, then deleted at the provider.

The caller's leg reports a recording as soon as it ends; its sound is available later, which the recording's callback
reports. If that event is lost, the sound is requested anyway.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from foundation.accounts.models import User

from .calls import begin_leaving, note, plan_callback_for_voicemail
from .commands import hasten, order
from .events import CALL_VOICEMAIL, CALL_VOICEMAIL_FETCHED, CALL_VOICEMAIL_LOST
from .models import Call, Command, Voicemail
from .states import CLAIMED, COMMAND_WAITING, CallState, CommandState, Ending
from .vocabulary import CommandKind

SHORTEST = 2  # seconds; shorter recordings contain no message
FETCH_AFTER = 30  # seconds after which the sound is requested without the recording's callback
#: Time for retries while the provider cannot be reached; a sound that it does not have is lost earlier.
ASKED_FOR = timedelta(days=1)
ASKED_AGAIN = 1800  # seconds
NOT_KEPT = {Ending.ANSWERED, Ending.BLOCKED}


def spoken(*, by: User, call: Call, recording_sid: str, seconds: int) -> None:
    """Store that the caller has left a message, once. Silent recordings are deleted at the provider."""
    if seconds < SHORTEST or not _is_kept(call):
        delete_recording(by=by, call=call, sid=recording_sid)
    elif not Voicemail.objects.filter(call=call).exists():
        _keep(by, call, recording_sid, seconds)


def _is_kept(call: Call) -> bool:
    """Whether a message is kept: not if the call was answered or blocked."""
    if call.state == CallState.ENDED:
        return Ending(call.ending) not in NOT_KEPT
    return call.state not in CLAIMED


def _keep(by: User, call: Call, recording_sid: str, seconds: int) -> None:
    made = Voicemail(call=call, callback_id=call.callback_id, centre_id=call.centre_id, data_key_id=call.data_key_id)
    made.recording_sid = recording_sid
    made.seconds = seconds
    made.save(force_insert=True)
    note(by, CALL_VOICEMAIL, call, {"seconds": seconds})
    order(by=by, kind=CommandKind.FETCH, call=call, after=FETCH_AFTER)
    if call.state != CallState.ENDED:
        begin_leaving(by=by, call=call, ending=Ending.VOICEMAIL)
    elif call.ending not in (Ending.VOICEMAIL, Ending.CALLBACK):
        plan_callback_for_voicemail(by=by, call=call)
    if call.commands.filter(kind=CommandKind.DELETE, sid=recording_sid).exists():  # reported before as having no sound
        has_no_sound(by=by, call=call, recording_sid=recording_sid)


def ready(*, by: User, call: Call, recording_sid: str) -> None:
    """Fetch the sound, which the provider has now."""
    voicemail = Voicemail.objects.filter(call=call, recording_sid=recording_sid, fetched_at=None).first()
    if voicemail is None:
        return
    waiting = call.commands.filter(kind=CommandKind.FETCH, state__in=COMMAND_WAITING).first()
    if waiting:
        hasten(by=by, command=waiting)
    else:
        order(by=by, kind=CommandKind.FETCH, call=call)


def store_sound(*, by: User, voicemail: Voicemail, sound: bytes) -> None:
    """Store the sound encrypted, and order its deletion at the provider."""
    voicemail.sound = sound
    voicemail.fetched_at = timezone.now()
    voicemail.lost_at = None
    voicemail.save(update_fields=["sound", "fetched_at", "lost_at"])
    note(by, CALL_VOICEMAIL_FETCHED, voicemail.call, {"bytes": len(sound)})
    delete_recording(by=by, call=voicemail.call, sid=voicemail.recording_sid)


def lose(*, by: User, call: Call, recording_sid: str = "") -> None:
    """Mark the voicemail as lost and show that to the shift, once. ``recording_sid``: any recording if empty."""
    missing = Voicemail.objects.filter(call=call, fetched_at=None, lost_at=None)
    if recording_sid:
        missing = missing.filter(recording_sid=recording_sid)
    if missing.update(lost_at=timezone.now()):
        note(by, CALL_VOICEMAIL_LOST, call)


def has_no_sound(*, by: User, call: Call, recording_sid: str) -> None:
    """The provider has no sound and never will: mark it as lost, stop fetching, delete the recording."""
    lose(by=by, call=call, recording_sid=recording_sid)
    if Voicemail.objects.filter(call=call, recording_sid=recording_sid, fetched_at=None).exists():
        waiting = call.commands.filter(kind=CommandKind.FETCH, state__in=COMMAND_WAITING)
        waiting.update(state=CommandState.DROPPED, ended_at=timezone.now(), claimed_until=None)
    delete_recording(by=by, call=call, sid=recording_sid)


def fetch_failed(*, by: User, command: Command) -> None:
    """Mark the voicemail as lost. Retry later, unless the provider reported that the sound does not exist."""
    call = Call.objects.locked().get(pk=command.call_id)
    lose(by=by, call=call)
    is_missing = command.problem == 404
    if not is_missing and Voicemail.objects.filter(call=call, made_at__gt=timezone.now() - ASKED_FOR).exists():
        order(by=by, kind=CommandKind.FETCH, call=call, after=ASKED_AGAIN)


def delete_recording(*, by: User, call: Call, sid: str) -> None:
    """Order the deletion at the provider, once."""
    if sid and not call.commands.filter(kind=CommandKind.DELETE, sid=sid).exists():
        order(by=by, kind=CommandKind.DELETE, call=call, sid=sid)
