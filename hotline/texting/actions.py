"""Incoming and outgoing SMS and WhatsApp messages; each belongs to the contact that it opened or continues."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.actions import new_data_key
from foundation.privacy.blind_index import phone_index
from foundation.privacy.event_kinds import EventKind
from hotline.contacts.actions import receive_contact
from hotline.contacts.idempotency import insert_once
from hotline.contacts.models import Contact
from hotline.contacts.permissions import may_write
from hotline.contacts.states import ContactState
from hotline.contacts.vocabulary import Channel
from hotline.switchboard.models import Line
from hotline.telephony.provider import Event
from regions.phone_numbers import parse_number

from .content import details_of, media_of
from .events import MESSAGE_OPTED_IN, MESSAGE_OPTED_OUT, MESSAGE_RECEIVED, MESSAGE_WRITTEN
from .models import OptOut, TextMessage
from .states import MAY_GO_AGAIN, MessageChannel, MessageState
from .words import is_start, is_stop

#: A message continues the contact of the last one for this time, if that contact is unfinished.
CONTINUES_FOR = timedelta(days=3)
WHATSAPP = "whatsapp:"
LONGEST = 1600  # characters; limit of the provider
TASK = "texting.tasks.send_messages"


def deliver(*, by: User, event: Event) -> None:
    """Process an incoming message. Raises Line.DoesNotExist if the number is not ours. Ignored without a sid."""
    if event.get("MessageSid"):
        number = event.get("To").removeprefix(WHATSAPP)
        receive(by=by, line=Line.objects.select_related("centre").get(number=number, is_active=True), event=event)


@transaction.atomic
def receive(*, by: User, line: Line, event: Event) -> TextMessage:
    """Store the message, once. A stop word is stored too, and gets no answer."""
    known = TextMessage.objects.filter(sid=event.get("MessageSid")).first()
    if known:
        return known
    raw = event.get("From")
    channel = MessageChannel.WHATSAPP if raw.startswith(WHATSAPP) else MessageChannel.SMS
    number = parse_number(raw.removeprefix(WHATSAPP), line.centre.country)
    index = phone_index(number.e164) if number else None
    message = TextMessage(line=line, centre_id=line.centre_id, channel=channel, is_from_caller=True, phone_index=index)
    message.sid = event.get("MessageSid")[:64]
    message.state = MessageState.RECEIVED
    message.media = media_of(event.parameters)
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
    message.phone = number.e164 if number else raw[:64]
    message.body = event.get("Body")
    message.details = details_of(event.parameters)
    message.save(force_insert=True)
    note(by, MESSAGE_RECEIVED, message)
    _heed(by, message)
    return message


def _conversation(message: TextMessage) -> Contact | None:
    """The contact of this number's last message, if it is unfinished and not older than ``CONTINUES_FOR``."""
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
    """Apply stop words and start words at once."""
    if message.phone_index is None:
        return
    if is_stop(message.body):
        opt_out(by=by, message=message)
    elif is_start(message.body):
        ended = _opted_out(message).update(ended_at=timezone.now())
        if ended:
            note(by, MESSAGE_OPTED_IN, message)


@transaction.atomic
def opt_out(*, by: User, message: TextMessage) -> None:
    """Send nothing to this number until it writes START; stored once."""
    if message.phone_index is not None and not is_opted_out(message):
        which = {"centre_id": message.centre_id, "channel": message.channel, "phone_index": message.phone_index}
        OptOut.objects.bulk_create([OptOut(**which)], ignore_conflicts=True)
        note(by, MESSAGE_OPTED_OUT, message)


class OptedOut(Exception):
    """The number has opted out of messages."""


@transaction.atomic
def reply(*, by: User, contact: Contact, message_id: uuid.UUID, text: str) -> TextMessage:
    """Reply in a contact that came by message. ``message_id`` comes with the form, so that a repeat sends nothing.

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
    message = _outgoing(by, contact, last, text.strip())
    message.pk = message_id
    if insert_once(message):
        note(by, MESSAGE_WRITTEN, message, wake=TASK)
    return message


@transaction.atomic
def send_again(*, by: User, contact: Contact, message_id: uuid.UUID) -> TextMessage:
    """Send the text of a message that did not arrive, or may not have, as a new message that refers to it.

    A repeat, by anybody, returns the new one. Raises OptedOut, NotAllowed, TextMessage.DoesNotExist, and Stale if the
    message was sent or delivered after all.
    """
    require(by, Permission.CONTACT_LOG, contact.centre_id)
    if not may_write(by, contact):
        raise NotAllowed(Permission.CONTACT_LOG)
    first = TextMessage.objects.get(pk=message_id, contact=contact, is_from_caller=False)
    if known := TextMessage.objects.filter(again_of=first).first():
        return known
    if first.state not in MAY_GO_AGAIN:
        raise stale(contact.pk, "message")
    if is_opted_out(first):
        raise OptedOut
    message = _outgoing(by, contact, first, first.body)
    message.again_of = first
    if insert_once(message):
        note(by, MESSAGE_WRITTEN, message, {"again_of": str(first.pk)}, wake=TASK)
        return message
    return TextMessage.objects.get(again_of=first)


def _outgoing(by: User, contact: Contact, other: TextMessage, text: str) -> TextMessage:
    """A new message to the number of the contact's ``other`` message."""
    message = TextMessage(line_id=other.line_id, centre_id=contact.centre_id, contact=contact, is_from_caller=False)
    message.channel = other.channel
    message.phone_index = other.phone_index
    message.data_key_id = contact.data_key_id
    message.state = MessageState.QUEUED
    message.written_by = by
    message.phone = other.phone
    message.body = text
    return message


def _opted_out(message: TextMessage) -> QuerySet[OptOut]:
    return OptOut.objects.filter(
        centre=message.centre_id, channel=message.channel, phone_index=message.phone_index, ended_at=None
    )


def is_opted_out(message: TextMessage) -> bool:
    return _opted_out(message).exists()


def note(
    by: User,
    kind: EventKind,
    message: TextMessage,
    data: dict[str, str] | None = None,
    *,
    tell: bool = True,
    wake: str = "",
) -> None:
    """Write an event about the contact, so that its handlers are notified."""
    record(
        kind,
        by=by,
        subject=message.contact_id,
        centre=message.centre_id,
        data={"message": str(message.pk), **(data or {})},
        tell=(organisation_group(message.centre_id),) if tell else (),
        wake=wake,
    )
