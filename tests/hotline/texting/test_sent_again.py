"""A handler sends a message again that did not arrive, or may not have; a repeat sends it only once."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from answering import Provider
from contacts import browser
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone, translation
from people import People, as_user
from telephone import CALLER, LINE, by_telephone, tell

from foundation.accounts.actions import choose_language
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from hotline.contacts.actions import take_contact
from hotline.contacts.models import Contact
from hotline.switchboard.models import Line
from hotline.telephony.problems import OPTED_OUT
from hotline.texting.actions import reply, send_again
from hotline.texting.models import TextMessage
from hotline.texting.sending import message_moved
from hotline.texting.states import MAY_GO_AGAIN, MessageState
from hotline.texting.tasks import send_messages

pytestmark = pytest.mark.django_db
WORDS = "Thank you for writing. Call us when you are alone."


@pytest.fixture
def contact(people: People, line: Line) -> Contact:
    """A contact that came by SMS, taken by the handler and answered."""
    tell("/telephone/message/", {"MessageSid": "SM1", "From": CALLER, "To": LINE, "Body": "my brother has changed"})
    received = as_user(people.coordinator, Contact.objects.get)
    taken: Contact = as_user(people.handler, take_contact, by=people.handler, contact_id=received.pk)
    as_user(people.handler, reply, by=people.handler, contact=taken, message_id=uuid.uuid4(), text=WORDS)
    return taken


def ours(people: People) -> list[TextMessage]:
    def read() -> list[TextMessage]:
        found = list(TextMessage.objects.filter(is_from_caller=False).order_by("made_at"))
        return [one for one in found if (one.body, one.phone)]  # decrypted while an actor is set

    return as_user(people.handler, read)  # type: ignore[no-any-return]


def becomes(people: People, state: MessageState, problem: str = "") -> TextMessage:
    """Set the state of the newest message, as the provider's events would."""
    message = ours(people)[-1]

    def move() -> None:
        TextMessage.objects.filter(pk=message.pk).update(asked_at=timezone.now(), attempts=1)
        message_moved(by=_telephone(), message=message, state=state, problem=problem)

    by_telephone(move)
    return message


def _telephone() -> Any:
    from foundation.accounts.services import Service, service_user

    return service_user(Service.TELEPHONE)


def url(contact: Contact, message: TextMessage | uuid.UUID) -> str:
    return reverse("texting:send_again", args=[contact.pk, getattr(message, "pk", message)])


def page(people: People, contact: Contact) -> str:
    return browser(people.handler).get(reverse("texting:part_messages", args=[contact.pk])).content.decode()


@pytest.mark.parametrize("state", sorted(MAY_GO_AGAIN))
def test_sending_again_twice_creates_one_message_that_refers_to_the_first(
    people: People, contact: Contact, state: MessageState
) -> None:
    first, client = becomes(people, state, "30008"), browser(people.handler)
    assert url(contact, first) in page(people, contact)
    for _twice in range(2):
        answer = client.post(url(contact, first))
        assert answer.status_code == 200
    old, new = ours(people)
    assert (new.again_of_id, new.body, new.phone, new.state) == (first.pk, WORDS, old.phone, "queued")
    assert old.state == state, "what is known about the first stays"
    shown = answer.content.decode()
    assert url(contact, first) not in shown
    assert "Sent again. The first one was written:" in shown
    with_event = as_user(people.handler, lambda: list(Event.objects.filter(kind="message.written")))
    assert with_event[-1].data == {"message": str(new.pk), "again_of": str(first.pk)}


def test_concurrent_posts_of_sending_again_create_one_message(people: People, contact: Contact) -> None:
    first = becomes(people, MessageState.UNCLEAR)
    as_user(people.handler, send_again, by=people.handler, contact=contact, message_id=first.pk)
    with pytest.raises(IntegrityError):
        as_user(
            people.handler,
            lambda: TextMessage.objects.create(
                again_of=first, is_from_caller=False, contact=contact, line_id=first.line_id,
                centre_id=first.centre_id, data_key_id=first.data_key_id, channel="sms", state="queued",
            ),
        )  # fmt: skip
    assert len(ours(people)) == 2


def test_message_sent_again_is_requested_once_at_the_provider(
    people: People, contact: Contact, provider: Provider
) -> None:
    first = becomes(people, MessageState.UNCLEAR)
    browser(people.handler).post(url(contact, first))
    send_messages()
    send_messages()
    assert [form["Body"] for _path, form in provider.asked] == [WORDS]
    assert [(one.state, one.sid is not None) for one in ours(people)] == [("unclear", False), ("queued", True)]


def test_unclear_message_shows_since_when_and_the_risk_of_a_duplicate(people: People, contact: Contact) -> None:
    becomes(people, MessageState.UNCLEAR)
    shown = page(people, contact)
    assert "The provider did not say whether it has sent this." in shown
    assert "It was asked last:" in shown
    assert "the person may get it twice" in shown


@pytest.mark.parametrize("problem", ["30003", "21211", "0", "20429"])
def test_failed_message_shows_why_beside_the_button(people: People, contact: Contact, problem: str) -> None:
    first = becomes(people, MessageState.FAILED, problem)
    shown = page(people, contact)
    assert problem in shown
    assert f'id="send-again-{first.pk}"' in shown


@pytest.mark.parametrize("state", ["queued", "sent", "delivered"])
def test_sending_again_from_a_stale_page_sends_nothing_and_shows_a_message(
    people: People, contact: Contact, state: str
) -> None:
    first = becomes(people, MessageState.UNCLEAR)
    by_telephone(lambda: TextMessage.objects.filter(pk=first.pk).update(state=state))
    answer = browser(people.handler).post(url(contact, first))
    assert answer.status_code == 409
    assert "more is known about this message by now" in answer.content.decode()
    assert len(ours(people)) == 1
    with pytest.raises(Stale):
        as_user(people.handler, send_again, by=people.handler, contact=contact, message_id=first.pk)


def test_failed_repeat_can_be_sent_again_and_the_first_cannot(people: People, contact: Contact) -> None:
    first, client = becomes(people, MessageState.UNCLEAR), browser(people.handler)
    client.post(url(contact, first))
    second = becomes(people, MessageState.FAILED, "30003")
    shown = page(people, contact)
    assert url(contact, second) in shown
    assert url(contact, first) not in shown
    client.post(url(contact, second))
    assert [one.again_of_id for one in ours(people)] == [None, first.pk, second.pk]


def test_late_status_of_the_first_is_shown_beside_the_second(people: People, contact: Contact) -> None:
    first = becomes(people, MessageState.UNCLEAR)
    browser(people.handler).post(url(contact, first))
    tell(f"/telephone/message/{first.pk}/", {"MessageSid": "SM9", "MessageStatus": "delivered"})
    assert [one.state for one in ours(people)] == ["delivered", "queued"]
    assert "delivered" in page(people, contact)


@pytest.mark.parametrize("stops", ["STOP", "by code"])
def test_opted_out_number_gets_no_repeat(people: People, contact: Contact, stops: str) -> None:
    if stops == "STOP":
        first = becomes(people, MessageState.UNCLEAR)
        tell("/telephone/message/", {"MessageSid": "SM2", "From": CALLER, "To": LINE, "Body": "STOP"})
    else:
        first = becomes(people, MessageState.FAILED, str(OPTED_OUT))
    assert url(contact, first) not in page(people, contact)
    answer = browser(people.handler).post(url(contact, first))
    assert answer.status_code == 422
    assert "asked for no more messages" in answer.content.decode()
    assert len(ours(people)) == 1


@pytest.mark.parametrize("who", ["colleague", "other_handler", "other_coordinator", "worker", "dpo", "funder"])
def test_sending_again_without_permission_is_404(people: People, contact: Contact, who: str) -> None:
    first, user = becomes(people, MessageState.UNCLEAR), getattr(people, who)
    assert browser(user).post(url(contact, first)).status_code == 404
    with pytest.raises(NotAllowed):
        as_user(user, send_again, by=user, contact=contact, message_id=first.pk)
    assert len(ours(people)) == 1


def test_sending_again_an_incoming_foreign_or_unknown_message_is_404(people: People, contact: Contact) -> None:
    first = becomes(people, MessageState.UNCLEAR)
    theirs = as_user(people.handler, lambda: TextMessage.objects.get(is_from_caller=True))
    tell("/telephone/message/", {"MessageSid": "SM3", "From": "+4930231250", "To": LINE, "Body": "another"})
    received = as_user(people.coordinator, lambda: Contact.objects.exclude(pk=contact.pk).get())
    other = as_user(people.handler, take_contact, by=people.handler, contact_id=received.pk)
    client = browser(people.handler)
    for where, what in ((contact, theirs), (other, first), (contact, uuid.uuid4()), (contact, uuid.UUID(int=0))):
        assert client.post(url(where, what)).status_code == 404
    assert client.get(url(contact, first)).status_code == 405
    assert len(ours(people)) == 1


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_texts_of_sending_again_are_translated(people: People, contact: Contact, language: str) -> None:
    first = becomes(people, MessageState.UNCLEAR)
    with translation.override(language):
        said = translation.gettext("Send again")
    assert language == "en" or said != "Send again"
    as_user(people.handler, choose_language, by=people.handler, language=language)
    assert said in page(people, contact)
    assert url(contact, first) in page(people, contact)
