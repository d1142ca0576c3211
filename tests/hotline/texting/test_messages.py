"""SMS and WhatsApp: messages belong to a contact, stop words are applied, and texts are encrypted."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from answering import Provider
from django.db import connection
from django.utils import timezone
from people import People, as_user
from telephone import CALLER, LINE, by_telephone, make_line, tell

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from hotline.contacts.actions import take_contact
from hotline.contacts.callbacks import complete_contact
from hotline.contacts.models import Contact
from hotline.contacts.vocabulary import Kind
from hotline.switchboard.models import Line, WebhookEvent
from hotline.texting.actions import OptedOut, reply
from hotline.texting.models import TextMessage
from hotline.texting.sending import RETRY_AFTER
from hotline.texting.tasks import send_messages, take_up

pytestmark = pytest.mark.django_db
WORDS = "my brother has changed since the summer"
_sids = itertools.count(1)


def write(body: str = WORDS, number: str = CALLER, **values: str) -> str:
    """Receive a message; returns its sid."""
    known = {"MessageSid": f"SM{next(_sids):032x}", "From": number, "To": LINE, "Body": body, "NumMedia": "0"}
    if number.startswith("whatsapp:"):
        known["To"] = f"whatsapp:{LINE}"
    answer = tell("/telephone/message/", {**known, **values})
    assert answer.content.endswith(b"<Response />"), "nothing is sent back by itself"
    return {**known, **values}["MessageSid"]


def contacts(people: People) -> list[Contact]:
    def opened() -> list[Contact]:
        found = list(Contact.objects.order_by("number"))
        assert all(contact.phone is not None for contact in found)
        return found

    made: list[Contact] = as_user(people.coordinator, opened)
    return made


def thread(people: People) -> list[tuple[str, bool, str]]:
    """Text, from whom, and state, oldest first."""
    return list(
        as_user(
            people.coordinator,
            lambda: [(row.body, row.is_from_caller, row.state) for row in TextMessage.objects.order_by("made_at")],
        )
    )


def answered(user: User, contact: Contact, text: str = "Thank you for writing.", key: uuid.UUID | None = None) -> Any:
    return as_user(user, reply, by=user, contact=contact, message_id=key or uuid.uuid4(), text=text)


def states(message: Any, *said: str, **values: str) -> list[str]:
    """The states of the message after each status of the provider."""
    found = []
    for status in said:
        tell(f"/telephone/message/{message.pk}/", {"MessageSid": "SM1", "MessageStatus": status, **values})
        found.append(by_telephone(lambda: TextMessage.objects.get(pk=message.pk).state))
    return found


def test_message_opens_a_contact_without_handler(people: People, line: Line) -> None:
    write()
    (contact,) = contacts(people)
    assert (contact.handler_id, contact.channel, contact.language, contact.phone) == (None, "sms", "", CALLER)
    assert contact.phone_index is not None
    assert thread(people) == [(WORDS, True, "received")]
    assert as_user(people.handler, Contact.objects.count) == 1
    assert as_user(people.other_handler, Contact.objects.count) == 0


@pytest.mark.parametrize("number", ["anonymous", "12345", "", "Bank"])
def test_sender_without_a_number_opens_a_contact_and_gets_no_reply(people: People, line: Line, number: str) -> None:
    write(number=number)
    write(number=number)
    found = contacts(people)
    assert [(contact.phone, contact.phone_index) for contact in found] == [("", None)] * 2, "strangers share these"
    with pytest.raises(ValueError, match="nothing to send"):
        answered(people.handler, found[0])


def test_next_message_continues_the_contact_while_it_is_open(people: People, line: Line) -> None:
    write("first")
    write("second")
    (contact,) = contacts(people)
    as_user(people.handler, take_contact, by=people.handler, contact_id=contact.pk)
    write("third")
    assert len(contacts(people)) == 1
    complete = {"by": people.handler, "contact_id": contact.pk, "kind": Kind.COUNSELLING}
    as_user(people.handler, complete_contact, **complete)
    write("fourth")
    assert [other.handler_id for other in contacts(people)] == [people.handler.pk, None]
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        write("fifth")
    assert len(contacts(people)) == 3


def test_whatsapp_message_opens_its_own_contact(people: People, line: Line) -> None:
    write()
    write(number=f"whatsapp:{CALLER}")
    assert [(contact.channel, contact.phone) for contact in contacts(people)] == [("sms", CALLER), ("whatsapp", CALLER)]


def test_messages_of_other_numbers_or_centres_open_other_contacts(people: People, line: Line) -> None:
    write()
    write(number="+4934199999999")
    assert len(contacts(people)) == 2


def test_message_that_cannot_be_processed_is_acknowledged_and_retried(people: People, line: Line) -> None:
    """A message to a number that is not set up as a line yet is not lost."""
    elsewhere = "+4930123789"
    write(To=elsewhere)
    take_up()
    assert contacts(people) == []
    assert by_telephone(lambda: WebhookEvent.objects.get().problem) == "DoesNotExist"
    make_line(people.centre, number=elsewhere)
    for _twice in range(2):
        take_up()
        assert [contact.channel for contact in contacts(people)] == ["sms"]
    assert [body for body, _from, _state in thread(people)] == [WORDS]
    assert by_telephone(lambda: WebhookEvent.objects.get().problem) == ""


def test_failed_incoming_message_is_retried_for_a_day(people: People, line: Line) -> None:
    elsewhere = "+4930123789"
    with time_machine.travel(timezone.now() - timedelta(days=1, minutes=1)):
        write(To=elsewhere)
    make_line(people.centre, number=elsewhere)
    take_up()
    assert contacts(people) == []


@pytest.mark.parametrize("has_token", [True, False])
def test_repeated_message_is_stored_once(people: People, line: Line, has_token: bool) -> None:
    sid = write()
    write(MessageSid=sid) if has_token else write("the same sid", MessageSid=sid)
    assert thread(people) == [(WORDS, True, "received")]


@pytest.mark.parametrize(("said", "kept"), [("0", 0), ("3", 3), ("120", 99), ("-1", 0), ("x", 0), ("", 0), ("9999", 0)])
def test_media_are_counted_and_never_fetched(people: People, line: Line, said: str, kept: int) -> None:
    write(NumMedia=said, MediaUrl0="https://example.invalid/picture")
    assert as_user(people.coordinator, TextMessage.objects.get).media == kept
    assert by_telephone(TextMessage.objects.filter(is_from_caller=False).count) == 0


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop. ", "STOPP", "Abmelden", "arrêt", "ARRET", "unsubscribe"])
def test_stop_word_opts_out_until_start(people: People, line: Line, word: str) -> None:
    write()
    write(word)
    (contact,) = contacts(people)
    with pytest.raises(OptedOut):
        answered(people.handler, contact)
    write(word)
    write("START")
    answered(people.handler, contact)
    assert by_telephone(TextMessage.objects.filter(is_from_caller=False).count) == 1


def test_a_stop_word_holds_for_its_number_channel_and_centre_only(people: People, line: Line) -> None:
    write("STOP")
    for other in ("+4934199999999", f"whatsapp:{CALLER}"):
        write(number=other)
        answered(people.handler, contacts(people)[-1])
    assert by_telephone(TextMessage.objects.filter(is_from_caller=False).count) == 2


@pytest.mark.parametrize("text", ["please stop calling me", "stopped", "I cannot stop thinking of it", "go to the end"])
def test_stop_word_within_a_sentence_has_no_effect(people: People, line: Line, text: str) -> None:
    write(text)
    answered(people.handler, contacts(people)[0])
    assert thread(people)[1:] == [("Thank you for writing.", False, "queued")]


def test_a_reply_is_written_once_and_ordered(people: People, line: Line) -> None:
    write()
    (contact,) = contacts(people)
    key = uuid.uuid4()
    first, second = (answered(people.handler, contact, key=key) for _ in range(2))
    assert first == second
    assert by_telephone(lambda: [row.pk for row in TextMessage.objects.to_send(timezone.now())]) == [key]
    assert thread(people)[1:] == [("Thank you for writing.", False, "queued")]


@pytest.mark.parametrize("text", ["", "   ", "x" * 1601])
def test_empty_and_too_long_replies_are_not_sent(people: People, line: Line, text: str) -> None:
    write()
    with pytest.raises(ValueError, match="nothing to send"):
        answered(people.handler, contacts(people)[0], text)


@pytest.mark.parametrize("who", ["colleague", "other_handler", "other_coordinator", "worker", "dpo", "funder"])
def test_people_who_may_not_write_the_contact_cannot_reply(people: People, line: Line, who: str) -> None:
    write()
    (contact,) = contacts(people)
    taken = as_user(people.handler, take_contact, by=people.handler, contact_id=contact.pk)
    with pytest.raises(NotAllowed):
        answered(getattr(people, who), taken)
    assert by_telephone(TextMessage.objects.filter(is_from_caller=False).count) == 0


def test_statuses_only_go_forward(people: People, line: Line) -> None:
    write()
    message = answered(people.handler, contacts(people)[0])
    assert states(message, "queued", "sent", "sending", "accepted", "sent") == [
        "queued",
        "sent",
        "sent",
        "sent",
        "sent",
    ]
    assert states(message, "delivered", "sent", "failed", "read") == ["delivered"] * 4


@pytest.mark.parametrize("state", ["failed", "undelivered"])
def test_undelivered_message_shows_why(people: People, line: Line, state: str) -> None:
    write()
    message = answered(people.handler, contacts(people)[0])
    assert states(message, state, "delivered", ErrorCode="30005") == [state, state]
    assert by_telephone(lambda: TextMessage.objects.get(pk=message.pk).problem) == "30005"


def test_status_of_an_incoming_or_unknown_message_has_no_effect(people: People, line: Line) -> None:
    write()
    written = as_user(people.coordinator, TextMessage.objects.get)
    assert states(written, "failed", "unheard-of", "") == ["received"] * 3
    assert tell(f"/telephone/message/{uuid.uuid4()}/", {"MessageStatus": "sent"}).status_code == 204


def columns() -> Iterator[tuple[str, str]]:
    """Each text message's row as stored, and every event about it."""
    with connection.cursor() as cursor:
        for table in ("texting_textmessage", "switchboard_webhookevent", "hotline_contact"):
            cursor.execute(f"select encode(convert_to(t::text, 'UTF8'), 'escape') from {table} t")
            yield from ((table, row[0]) for row in cursor.fetchall())


@pytest.mark.parametrize("body", [WORDS, "Bruder schläft nicht"])
def test_texts_of_messages_are_encrypted(people: People, line: Line, body: str) -> None:
    write(body)
    answered(people.handler, contacts(people)[0], "our answer")
    rows = by_telephone(lambda: list(columns())) + as_user(people.coordinator, lambda: list(columns()))
    assert {table for table, _row in rows} == {"texting_textmessage", "switchboard_webhookevent", "hotline_contact"}
    for secret in (body, "our answer", CALLER, CALLER[1:]):
        for form in (secret, secret.encode().hex()):
            assert not [table for table, row in rows if form in row]
    assert [text for text, _from, _state in thread(people)] == [body, "our answer"]


def test_a_message_is_sent_once_and_a_failure_is_shown(people: People, line: Line, provider: Provider) -> None:
    tell("/telephone/message/", {"MessageSid": "SM1", "From": "+493411234567", "To": LINE, "Body": "words"})
    contact = as_user(people.handler, Contact.objects.get)
    for text in ("one", "two"):
        as_user(people.handler, reply, by=people.handler, contact=contact, message_id=uuid.uuid4(), text=text)
    provider.answers = [(201, 0), (400, 21610)]
    send_messages()
    assert [(path, form["Body"], form["To"]) for path, form in provider.asked] == [
        ("/Messages.json", "one", "+493411234567"),
        ("/Messages.json", "two", "+493411234567"),
    ]
    sent = by_telephone(lambda: list(TextMessage.objects.filter(is_from_caller=False).order_by("made_at")))
    assert [(row.sid, row.state, row.problem) for row in sent] == [
        (f"CA{1:032x}", "queued", ""),
        (None, "failed", "21610"),
    ]


def test_message_waits_while_the_provider_is_unreachable(people: People, line: Line, provider: Provider) -> None:
    write()
    message = answered(people.handler, contacts(people)[0])
    provider.answers = [(429, 20429), (201, 0)]
    send_messages()
    send_messages()
    assert len(provider.asked) == 1, "not before its time"
    with time_machine.travel(timezone.now() + timedelta(seconds=5)):
        send_messages()
        send_messages()
    assert len(provider.asked) == 2
    assert by_telephone(lambda: TextMessage.objects.get(pk=message.pk).sid) is not None


def test_message_that_is_never_sent_shows_that(people: People, line: Line, provider: Provider) -> None:
    write()
    message = answered(people.handler, contacts(people)[0])
    provider.answers = [(429, 20429)] * 20
    for day in range(len(RETRY_AFTER) + 2):
        with time_machine.travel(timezone.now() + timedelta(days=day + 1)):
            send_messages()
    assert len(provider.asked) == len(RETRY_AFTER) + 1
    assert by_telephone(lambda: TextMessage.objects.get(pk=message.pk).state) == "failed"
