"""Sends outgoing messages to the provider, each once.

One message is claimed at a time, and the attempt is stored before the request. If there was no clear response, or the
process died, the provider's list of messages is checked before anything is sent again (docs/adr/0014).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from foundation.accounts.models import User
from foundation.journal.wake import wake_after
from foundation.privacy.leases import Backoff
from hotline.telephony.problems import OPTED_OUT
from hotline.telephony.provider import Sent

from .actions import TASK, is_opted_out, note, opt_out
from .events import MESSAGE_DELAYED, MESSAGE_MOVED, MESSAGE_TAKEN, MESSAGE_TRIED, MESSAGE_UNCLEAR
from .models import TextMessage
from .states import MESSAGE_TRANSITIONS, MessageState

#: Longer than one request to the provider (``hotline.telephony.LONGEST_REQUEST``) with its transactions.
LEASE = timedelta(seconds=30)
#: Seconds before the next attempt, by the number of attempts so far.
RETRY_AFTER = (2, 8, 30, 120, 600)
RETRIES = Backoff(RETRY_AFTER)
#: A message that the provider does not list after this time was not accepted; it is sent again.
SURELY_NOT_TAKEN = timedelta(seconds=60)
#: Seconds until the provider's list is first checked; later checks are delayed by half of the time so far.
FIRST_LOOK = 3.0
#: Time for these checks; afterwards people see that the outcome is unknown.
LOOKED_FOR = timedelta(minutes=15)


@transaction.atomic
def message_moved(*, by: User, message: TextMessage, state: MessageState, problem: str = "") -> None:
    """Apply a reported state of a sent message. States change only forward; final states do not change."""
    message = TextMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
    if state not in MESSAGE_TRANSITIONS[MessageState(message.state)]:
        return
    asked_at = message.asked_at if state == MessageState.UNCLEAR else None  # shown to people
    TextMessage.objects.filter(pk=message.pk).update(
        state=state, problem=problem[:40], asked_at=asked_at, claimed_until=None
    )
    message.state = state
    note(by, MESSAGE_MOVED, message, {"to": state, "problem": problem[:40]})
    if problem == str(OPTED_OUT):
        opt_out(by=by, message=message)


def claim_message(*, by: User, now: datetime) -> TextMessage | None:
    """Claim the next message to send or to look up, until the lease expires.

    With ``asked_at``: the provider may have it; look it up. Without: send it. The attempt is stored before the request,
    because otherwise a crash would lead to a second SMS.
    """
    waiting = TextMessage.objects.to_send(now).select_related("line")
    while message := next(iter(waiting.claim(LEASE, now=now)), None):
        if message.asked_at is None and is_opted_out(message):
            message_moved(by=by, message=message, state=MessageState.FAILED, problem=str(OPTED_OUT))
            continue
        if message.asked_at is None:
            message.attempts += 1
            TextMessage.objects.filter(pk=message.pk).update(attempts=message.attempts, asked_at=now)
            note(by, MESSAGE_TRIED, message, tell=False)
        return message
    return None


@transaction.atomic
def taken_by_provider(*, by: User, message: TextMessage, sid: str) -> bool:
    """Store that the provider has accepted the message; webhooks report what follows. A repeat has no effect.

    Returns False if the sid belongs to another message.
    """
    mine = TextMessage.objects.filter(pk=message.pk, sid=None)
    try:
        with transaction.atomic():
            changed = mine.update(sid=sid, claimed_until=None, asked_at=None) if sid else 0
    except IntegrityError:
        return False
    if changed:
        note(by, MESSAGE_TAKEN, message, tell=False)
        if message.state == MessageState.UNCLEAR:
            message_moved(by=by, message=message, state=MessageState.QUEUED)
    return True


@transaction.atomic
def not_taken(*, by: User, message: TextMessage, problem: int, may_work_later: bool, now: datetime) -> None:
    """The provider has not accepted it: schedule the next attempt, or give up with the reason."""
    if not _is_mine(message):
        return
    pause = RETRIES.after(message.attempts)
    if may_work_later and pause is not None:
        _again(message, now, pause, asked_at=None)
        note(by, MESSAGE_DELAYED, message, {"problem": str(problem)})
    else:
        message_moved(by=by, message=message, state=MessageState.FAILED, problem=str(problem))


@transaction.atomic
def unclear(*, by: User, message: TextMessage, problem: int, now: datetime) -> None:
    """The request had no clear response: schedule a look-up in the provider's list."""
    if _is_mine(message):
        _again(message, now, FIRST_LOOK)
        note(by, MESSAGE_UNCLEAR, message, {"problem": str(problem)}, tell=False)


def not_readable(*, by: User, message: TextMessage) -> None:
    """A text that cannot be decrypted is not sent. If it was requested before, the outcome stays unknown."""
    state = MessageState.UNCLEAR if message.asked_at else MessageState.FAILED
    message_moved(by=by, message=message, state=state)


@transaction.atomic
def looked_for(*, by: User, message: TextMessage, text: str, found: Sequence[Sent], now: datetime) -> None:
    """Apply the provider's list: the message is in it, or it is looked up or sent again."""
    if not _is_mine(message) or message.asked_at is None:
        return
    since = now - message.asked_at
    if sid := which_is(message, text, found):
        if not taken_by_provider(by=by, message=message, sid=sid):  # the sid was assigned to another message meanwhile
            _again(message, now, 0)
    elif since < SURELY_NOT_TAKEN:
        _again(message, now, max(FIRST_LOOK, since.total_seconds() / 2))
    elif RETRIES.after(message.attempts) is not None:
        _again(message, now, 0, asked_at=None)
    else:
        message_moved(by=by, message=message, state=MessageState.FAILED, problem="0")


@transaction.atomic
def not_looked_up(*, by: User, message: TextMessage, problem: int, may_work_later: bool, now: datetime) -> None:
    """The look-up failed: try again, or show people that the outcome is unknown."""
    if not _is_mine(message) or message.asked_at is None:
        return
    since = now - message.asked_at
    if may_work_later and since < LOOKED_FOR:
        _again(message, now, max(FIRST_LOOK, since.total_seconds() / 2))
    else:
        message_moved(by=by, message=message, state=MessageState.UNCLEAR, problem=str(problem))


def _is_mine(message: TextMessage) -> bool:
    """Whether the message is still ours: False if the lease has expired or a webhook has reported more."""
    mine = TextMessage.objects.select_for_update(no_key=True).filter(pk=message.pk, sid=None)
    return mine.filter(state=MessageState.QUEUED, attempts=message.attempts).exists()


def _again(message: TextMessage, now: datetime, seconds: float, **values: datetime | None) -> None:
    if TextMessage.objects.try_again(message, seconds, now=now, **values):
        wake_after(TASK, seconds)


def which_is(message: TextMessage, text: str, found: Sequence[Sent]) -> str:
    """The sid of this message in the provider's list; empty if it is not there.

    Entries that belong to other messages are excluded. An entry with the same text matches; one with another text (the
    provider may replace characters) only if no other message to this number is being looked up.
    """
    taken = set(TextMessage.objects.filter(sid__in=[one.sid for one in found]).values_list("sid", flat=True))
    free = [one for one in found if one.sid not in taken]
    same = [one for one in free if one.text.split() == text.split()]
    others = TextMessage.objects.filter(phone_index=message.phone_index, channel=message.channel, sid=None)
    is_alone = not others.exclude(pk=message.pk).exclude(asked_at=None).exists()
    return next((one.sid for one in same or (free if is_alone else [])), "")
