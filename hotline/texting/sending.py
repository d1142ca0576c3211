"""What we wrote goes to the provider, once. (A part of the actions.)

One message is claimed at a time, and that it is asked for is stored before it is. Where no clear answer came back, or
whoever asked has died, the provider is asked what it has before anything is sent again (docs/adr/0014).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from foundation.accounts.models import User
from foundation.journal.leases import Backoff
from foundation.journal.wake import wake_after
from hotline.telephony.problems import OPTED_OUT
from hotline.telephony.provider import Sent

from .actions import TASK, is_opted_out, note, opt_out
from .events import MESSAGE_DELAYED, MESSAGE_MOVED, MESSAGE_TAKEN, MESSAGE_TRIED, MESSAGE_UNCLEAR
from .models import TextMessage
from .states import MESSAGE_TRANSITIONS, MessageState

#: Covers one request to the provider (``hotline.telephony.LONGEST_REQUEST``) and the transactions around it.
LEASE = timedelta(seconds=30)
#: Seconds before the next try, by the number of tries so far.
RETRY_AFTER = (2, 8, 30, 120, 600)
RETRIES = Backoff(RETRY_AFTER)
#: What the provider does not have so long after it was asked for, it has not taken: it is sent again.
SURELY_NOT_TAKEN = timedelta(seconds=60)
#: Seconds until the provider is first asked what it has; then, half as long again as it has taken so far.
FIRST_LOOK = 3.0
#: So long it is asked; then people read that it is not known.
LOOKED_FOR = timedelta(minutes=15)


@transaction.atomic
def message_moved(*, by: User, message: TextMessage, state: MessageState, problem: str = "") -> None:
    """What became of a message that we sent: only forward, and what is final stays."""
    message = TextMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
    if state not in MESSAGE_TRANSITIONS[MessageState(message.state)]:
        return
    asked_at = message.asked_at if state == MessageState.UNCLEAR else None  # people are shown since when
    TextMessage.objects.filter(pk=message.pk).update(
        state=state, problem=problem[:40], asked_at=asked_at, claimed_until=None
    )
    message.state = state
    note(by, MESSAGE_MOVED, message, {"to": state, "problem": problem[:40]})
    if problem == str(OPTED_OUT):
        opt_out(by=by, message=message)


def claim_message(*, by: User, now: datetime) -> TextMessage | None:
    """The next one that is to be sent or looked for, in one hand only until the lease is over.

    ``asked_at`` is set: the provider may have it, and is to be asked. Unset: it is to be sent; a message that we could
    not tell of our own would be sent twice, so that this is stored before it is asked for.
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
    """The provider has taken it; what becomes of it, its webhooks tell. A repeat has no effect.

    False where the sid has turned out to be another message's.
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
    """The provider has not done it: plan the next try, or give up with its reason."""
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
    """It was asked for, and no clear answer came: soon the provider is asked what it has."""
    if _is_mine(message):
        _again(message, now, FIRST_LOOK)
        note(by, MESSAGE_UNCLEAR, message, {"problem": str(problem)}, tell=False)


def not_readable(*, by: User, message: TextMessage) -> None:
    """What does not open is not sent. If it was asked for before, nobody can say whether the provider has it."""
    state = MessageState.UNCLEAR if message.asked_at else MessageState.FAILED
    message_moved(by=by, message=message, state=state)


@transaction.atomic
def looked_for(*, by: User, message: TextMessage, text: str, found: Sequence[Sent], now: datetime) -> None:
    """The provider has said what it has: this one too, or it is looked for or sent again."""
    if not _is_mine(message) or message.asked_at is None:
        return
    since = now - message.asked_at
    if sid := which_is(message, text, found):
        if not taken_by_provider(by=by, message=message, sid=sid):  # somebody else was faster: it is another one's
            _again(message, now, 0)
    elif since < SURELY_NOT_TAKEN:
        _again(message, now, max(FIRST_LOOK, since.total_seconds() / 2))
    elif RETRIES.after(message.attempts) is not None:
        _again(message, now, 0, asked_at=None)
    else:
        message_moved(by=by, message=message, state=MessageState.FAILED, problem="0")


@transaction.atomic
def not_looked_up(*, by: User, message: TextMessage, problem: int, may_work_later: bool, now: datetime) -> None:
    """The provider did not say what it has: it is asked again, or people read that it is not known."""
    if not _is_mine(message) or message.asked_at is None:
        return
    since = now - message.asked_at
    if may_work_later and since < LOOKED_FOR:
        _again(message, now, max(FIRST_LOOK, since.total_seconds() / 2))
    else:
        message_moved(by=by, message=message, state=MessageState.UNCLEAR, problem=str(problem))


def _is_mine(message: TextMessage) -> bool:
    """Whether nobody else has gone on with it meanwhile: our lease has run out, or a webhook has reported more."""
    mine = TextMessage.objects.select_for_update(no_key=True).filter(pk=message.pk, sid=None)
    return mine.filter(state=MessageState.QUEUED, attempts=message.attempts).exists()


def _again(message: TextMessage, now: datetime, seconds: float, **values: datetime | None) -> None:
    if TextMessage.objects.try_again(message, seconds, now=now, **values):
        wake_after(TASK, seconds)


def which_is(message: TextMessage, text: str, found: Sequence[Sent]) -> str:
    """The sid of what the provider has of this message; empty when it has none.

    Whatever belongs to another message of ours is none. The same words are; other words (the provider may write some
    signs otherwise) only where no other message to this number is looked for.
    """
    taken = set(TextMessage.objects.filter(sid__in=[one.sid for one in found]).values_list("sid", flat=True))
    free = [one for one in found if one.sid not in taken]
    same = [one for one in free if one.text.split() == text.split()]
    others = TextMessage.objects.filter(phone_index=message.phone_index, channel=message.channel, sid=None)
    is_alone = not others.exclude(pk=message.pk).exclude(asked_at=None).exists()
    return next((one.sid for one in same or (free if is_alone else [])), "")
