from __future__ import annotations

import uuid

import pytest
from contacts import a_contact, browser
from django.urls import reverse
from people import People, as_user
from telephone import CALLER, LINE, tell

from hotline.contacts.actions import take_contact
from hotline.contacts.models import Contact
from hotline.switchboard.models import Line
from hotline.texting.models import TextMessage

pytestmark = pytest.mark.django_db
WORDS = "my brother has changed"
PICTURES = {"NumMedia": "2", "MediaContentType0": "image/jpeg", "MediaContentType1": "image/png"}


@pytest.fixture
def contact(people: People, line: Line) -> Contact:
    """A contact that came by SMS, taken by the handler."""
    tell("/telephone/message/", {"MessageSid": "SM1", "From": CALLER, "To": LINE, "Body": WORDS, **PICTURES})
    received = as_user(people.coordinator, Contact.objects.get)
    taken: Contact = as_user(people.handler, take_contact, by=people.handler, contact_id=received.pk)
    return taken


def url(name: str, contact: Contact) -> str:
    return reverse(f"texting:{name}", args=[contact.pk])


def test_messages_are_shown_and_answered(people: People, contact: Contact) -> None:
    client = browser(people.handler)
    shown = client.get(url("part_messages", contact)).content.decode()
    assert WORDS in shown
    assert "2 pictures, not fetched" in shown
    values = {"message_id": str(uuid.uuid4()), "text": "Thank you for writing."}
    for _twice in range(2):
        answer = client.post(url("reply", contact), values)
        assert answer.status_code == 200
    assert answer.content.decode().count("Thank you for writing.") == 1
    assert "on its way" in answer.content.decode()


@pytest.mark.parametrize("text", ["", "   ", "x" * 1601])
def test_invalid_reply_shows_the_error_at_the_field(people: People, contact: Contact, text: str) -> None:
    answer = browser(people.handler).post(url("reply", contact), {"message_id": str(uuid.uuid4()), "text": text})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert as_user(people.handler, TextMessage.objects.count) == 1


def test_reply_to_a_contact_without_messages_is_a_bad_request(people: People, contact: Contact) -> None:
    """No page offers it."""
    other = a_contact(people.handler)
    values = {"message_id": str(uuid.uuid4()), "text": "Thank you for writing."}
    assert browser(people.handler).post(reverse("texting:reply", args=[other]), values).status_code == 400
    assert as_user(people.handler, TextMessage.objects.count) == 1


def test_reply_form_is_hidden_after_a_stop_word_and_a_late_reply_refused(people: People, contact: Contact) -> None:
    tell("/telephone/message/", {"MessageSid": "SM2", "From": CALLER, "To": LINE, "Body": "STOP"})
    client = browser(people.handler)
    shown = client.get(url("part_messages", contact)).content.decode()
    assert "no more messages" in shown
    assert "<form" not in shown
    late = client.post(url("reply", contact), {"message_id": str(uuid.uuid4()), "text": "Hello?"})
    assert late.status_code == 422
    assert "Hello?" in late.content.decode(), "what was written is still there"


@pytest.mark.parametrize("who", ["colleague", "other_handler", "worker", "dpo", "funder"])
def test_messages_are_404_for_people_without_access(people: People, contact: Contact, who: str) -> None:
    client = browser(getattr(people, who))
    assert client.get(url("part_messages", contact)).status_code == 404
    assert client.post(url("reply", contact), {"message_id": str(uuid.uuid4()), "text": "x"}).status_code == 404


def test_desk_fetches_the_messages(people: People, contact: Contact) -> None:
    desk = browser(people.handler).get(reverse("hotline:desk_contact", args=[contact.pk])).content.decode()
    assert url("part_messages", contact) in desk
