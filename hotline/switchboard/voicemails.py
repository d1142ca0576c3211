"""Messages that callers spoke: kept, fetched when they are ready, deleted at the provider. (A part of the actions.)

The caller's own leg tells of a recording as soon as it is spoken; its sound is ready a while later, which the
recording's own callback tells. Should that get lost, the sound is asked for all the same.
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

SHORTEST = 2  # seconds; in less, nobody has spoken
FETCH_AFTER = 30  # seconds after which the sound is asked for although nobody said that it is ready
#: So long the sound is asked for while the provider cannot be reached; one that it does not have is lost sooner.
ASKED_FOR = timedelta(days=1)
ASKED_AGAIN = 1800  # seconds
NOT_KEPT = {Ending.ANSWERED, Ending.BLOCKED}


def spoken(*, by: User, call: Call, recording_sid: str, seconds: int) -> None:
    """The caller has left a message. A repeat has no effect; silence is deleted at the provider."""
    if seconds < SHORTEST or not _is_kept(call):
        delete_recording(by=by, call=call, sid=recording_sid)
    elif not Voicemail.objects.filter(call=call).exists():
        _keep(by, call, recording_sid, seconds)


def _is_kept(call: Call) -> bool:
    """A call that somebody answered, or that was turned away, has no message."""
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
    if call.commands.filter(kind=CommandKind.DELETE, sid=recording_sid).exists():  # told before that there is no sound
        has_no_sound(by=by, call=call, recording_sid=recording_sid)


def ready(*, by: User, call: Call, recording_sid: str) -> None:
    """The provider has the sound: it is fetched now."""
    voicemail = Voicemail.objects.filter(call=call, recording_sid=recording_sid, fetched_at=None).first()
    if voicemail is None:
        return
    waiting = call.commands.filter(kind=CommandKind.FETCH, state__in=COMMAND_WAITING).first()
    if waiting:
        hasten(by=by, command=waiting)
    else:
        order(by=by, kind=CommandKind.FETCH, call=call)


def store_sound(*, by: User, voicemail: Voicemail, sound: bytes) -> None:
    """The voicemail's sound, sealed, is ours from now on; the provider's goes."""
    voicemail.sound = sound
    voicemail.fetched_at = timezone.now()
    voicemail.lost_at = None
    voicemail.save(update_fields=["sound", "fetched_at", "lost_at"])
    note(by, CALL_VOICEMAIL_FETCHED, voicemail.call, {"bytes": len(sound)})
    delete_recording(by=by, call=voicemail.call, sid=voicemail.recording_sid)


def lose(*, by: User, call: Call, recording_sid: str = "") -> None:
    """There is no sound, or it did not come: the shift is told, once. ``recording_sid``: of whichever when empty."""
    missing = Voicemail.objects.filter(call=call, fetched_at=None, lost_at=None)
    if recording_sid:
        missing = missing.filter(recording_sid=recording_sid)
    if missing.update(lost_at=timezone.now()):
        note(by, CALL_VOICEMAIL_LOST, call)


def has_no_sound(*, by: User, call: Call, recording_sid: str) -> None:
    """The provider says that there will never be a sound: it is lost, asked for no more, and the rest of it deleted."""
    lose(by=by, call=call, recording_sid=recording_sid)
    if Voicemail.objects.filter(call=call, recording_sid=recording_sid, fetched_at=None).exists():
        waiting = call.commands.filter(kind=CommandKind.FETCH, state__in=COMMAND_WAITING)
        waiting.update(state=CommandState.DROPPED, ended_at=timezone.now(), claimed_until=None)
    delete_recording(by=by, call=call, sid=recording_sid)


def fetch_failed(*, by: User, command: Command) -> None:
    """Lost, as far as anybody can tell now. Where the provider does not say that it is not there, it is asked again."""
    call = Call.objects.locked().get(pk=command.call_id)
    lose(by=by, call=call)
    is_missing = command.problem == 404
    if not is_missing and Voicemail.objects.filter(call=call, made_at__gt=timezone.now() - ASKED_FOR).exists():
        order(by=by, kind=CommandKind.FETCH, call=call, after=ASKED_AGAIN)


def delete_recording(*, by: User, call: Call, sid: str) -> None:
    """At the provider; ordered once."""
    if sid and not call.commands.filter(kind=CommandKind.DELETE, sid=sid).exists():
        order(by=by, kind=CommandKind.DELETE, call=call, sid=sid)
