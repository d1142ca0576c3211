"""SMS and WhatsApp, in and out: each message belongs to the contact that it opened or goes on with."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.permissions import NotAllowed, require
from accounts.roles import Permission
from hotline.actions import receive_contact
from hotline.models import Contact
from hotline.once import insert_once
from hotline.permissions import may_write
from hotline.states import ContactState
from hotline.telephony import Event
from hotline.vocabulary import Channel
from journal.actions import record
from journal.groups import organisation_group
from journal.wake import wake_after
from privacy.actions import new_data_key
from privacy.blind_index import phone_index
from regions.phone_numbers import parse_number
from switchboard.models import Line

from .models import OptOut, TextMessage
from .states import MESSAGE_TRANSITIONS, MessageChannel, MessageState

#: The provider's own words, and those of our languages. They must stand alone.
STOP = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "stopp", "abmelden", "arret", "arrêt", "désabonner"}
START = {"start", "unstop", "yes", "anmelden", "reprendre"}
#: A message goes on with the contact of the last one for so long, while that is still being written.
CONTINUES_FOR = timedelta(days=3)
WHATSAPP = "whatsapp:"
LONGEST = 1600  # characters; the provider's limit
LEASE = timedelta(seconds=30)
#: Seconds before the next try, by the number of tries so far.
RETRY_AFTER = (2, 8, 30, 120, 600)
TASK = "texting.tasks.send_messages"


def deliver(*, by: User, event: Event) -> None:
    """A message has come in. Raises Line.DoesNotExist while its number is none of ours; without a sid it is none."""
    if event.get("MessageSid"):
        number = event.get("To").removeprefix(WHATSAPP)
        receive(by=by, line=Line.objects.select_related("centre").get(number=number, is_active=True), event=event)


@transaction.atomic
def receive(*, by: User, line: Line, event: Event) -> TextMessage:
    """A repeat finds the one message; a stop word is kept and answered by nobody."""
    known = TextMessage.objects.filter(sid=event.get("MessageSid")).first()
    if known:
        return known
    raw = event.get("From")
    channel = MessageChannel.WHATSAPP if raw.startswith(WHATSAPP) else MessageChannel.SMS
    number = parse_number(raw.removeprefix(WHATSAPP), line.centre.country)
    index = phone_index(number.e164) if number else None
    message = TextMessage(line=line, centre_id=line.centre_id, channel=channel, is_from_caller=True, phone_index=index)
    message.sid, message.state, message.media = event.get("MessageSid")[:64], MessageState.RECEIVED, _media(event)
    previous = _conversation(message)
    message.data_key = previous.data_key if previous else new_data_key()
    message.contact = previous or receive_contact(
        by=by,
        contact_id=uuid.uuid4(),
        centre=line.centre,
        channel=Channel(channel.value),
        data_key=message.data_key,
        details={"phone": number.e164 if number else ""},
    )
    message.phone, message.body = number.e164 if number else raw[:64], event.get("Body")
    message.save(force_insert=True)
    _note(by, "message.received", message)
    _heed(by, message)
    return message


def _media(event: Event) -> int:
    """Pictures are counted and never fetched."""
    text = event.get("NumMedia")
    return min(int(text), 99) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _conversation(message: TextMessage) -> Contact | None:
    """The contact of the last message of this number, if it is still open and not too old."""
    if message.phone_index is None:
        return None
    recent = TextMessage.objects.filter(
        phone_index=message.phone_index,
        channel=message.channel,
        centre=message.centre_id,
        made_at__gt=timezone.now() - CONTINUES_FOR,
        contact__state=ContactState.DRAFT,
    )
    last = recent.select_related("contact__data_key").order_by("-made_at").first()
    return last.contact if last else None


def _heed(by: User, message: TextMessage) -> None:
    """Stop words are respected at once, start words too."""
    word = message.body.strip().lower().rstrip(".!")
    which = {"centre_id": message.centre_id, "channel": message.channel, "phone_index": message.phone_index}
    if message.phone_index is None or word not in STOP | START:
        return
    if word in STOP:
        OptOut.objects.bulk_create([OptOut(**which)], ignore_conflicts=True)
    else:
        OptOut.objects.filter(**which, ended_at=None).update(ended_at=timezone.now())
    _note(by, "message.opted_out" if word in STOP else "message.opted_in", message)


class OptedOut(Exception):
    """The number has asked for no more messages."""


@transaction.atomic
def reply(*, by: User, contact: Contact, message_id: uuid.UUID, text: str) -> TextMessage:
    """Answer in a contact that came by message. ``message_id`` comes with the form: a repeat is sent once.

    Raises OptedOut, NotAllowed, and ValueError for a text that is empty or too long or a contact without messages.
    """
    require(by, Permission.CONTACT_LOG, contact.centre_id)
    if not may_write(by, contact):
        raise NotAllowed(Permission.CONTACT_LOG)
    known = TextMessage.objects.filter(pk=message_id, contact=contact).first()
    if known:
        return known
    last = TextMessage.objects.filter(contact=contact, is_from_caller=True).order_by("-made_at").first()
    if last is None or last.phone_index is None or not 0 < len(text.strip()) <= LONGEST:
        raise ValueError("nothing to send")
    if is_opted_out(last):
        raise OptedOut
    message = TextMessage(pk=message_id, line_id=last.line_id, centre_id=contact.centre_id, contact=contact)
    message.channel, message.phone_index, message.is_from_caller = last.channel, last.phone_index, False
    message.data_key_id, message.state, message.written_by = contact.data_key_id, MessageState.QUEUED, by
    message.phone, message.body = last.phone, text.strip()
    if insert_once(message):
        _note(by, "message.written", message, wake=TASK)
    return message


def is_opted_out(message: TextMessage) -> bool:
    return OptOut.objects.filter(
        centre=message.centre_id, channel=message.channel, phone_index=message.phone_index, ended_at=None
    ).exists()


@transaction.atomic
def message_moved(*, by: User, message: TextMessage, state: MessageState, problem: str = "") -> None:
    """What became of a message that we sent: only forward, and what is final stays."""
    message = TextMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
    if state not in MESSAGE_TRANSITIONS.get(MessageState(message.state), frozenset()):
        return
    TextMessage.objects.filter(pk=message.pk).update(state=state, problem=problem[:40])
    message.state = state
    _note(by, "message.moved", message, {"to": state, "problem": problem[:40]})


def claim_message(*, by: User, now: datetime) -> TextMessage | None:
    """The next one that is to be sent, in one hand only until the lease is over."""
    waiting = TextMessage.objects.to_send(now).select_for_update(skip_locked=True, no_key=True, of=("self",))
    message = waiting.select_related("line").first()
    if message:
        message.attempts += 1
        TextMessage.objects.filter(pk=message.pk).update(claimed_until=now + LEASE, attempts=message.attempts)
        _note(by, "message.tried", message, tell=False)
    return message


@transaction.atomic
def taken_by_provider(*, by: User, message: TextMessage, sid: str) -> None:
    """The provider has taken it; what becomes of it, its webhooks tell."""
    if TextMessage.objects.filter(pk=message.pk, sid=None).update(sid=sid, claimed_until=None):
        _note(by, "message.taken", message, tell=False)


@transaction.atomic
def not_taken(*, by: User, message: TextMessage, problem: int, may_work_later: bool, now: datetime) -> None:
    """Plan the next try, or give up with the provider's reason."""
    if may_work_later and message.attempts <= len(RETRY_AFTER):
        seconds = RETRY_AFTER[message.attempts - 1]
        TextMessage.objects.filter(pk=message.pk).update(due_at=now + timedelta(seconds=seconds), claimed_until=None)
        wake_after(TASK, seconds)
        _note(by, "message.delayed", message, {"problem": str(problem)})
    else:
        message_moved(by=by, message=message, state=MessageState.FAILED, problem=str(problem))


def _note(
    by: User,
    kind: str,
    message: TextMessage,
    data: dict[str, str] | None = None,
    *,
    tell: bool = True,
    wake: str = "",
) -> None:
    """About the contact, so that whoever works on it learns of it."""
    record(
        kind,
        by=by,
        subject=message.contact_id,
        centre=message.centre_id,
        data={"message": str(message.pk), **(data or {})},
        tell=(organisation_group(message.centre_id),) if tell else (),
        wake=wake,
    )
