from __future__ import annotations

import uuid

import pytest
from contacts import PHONE, a_contact, browser, url
from people import People, as_user

from foundation.accounts.models import User
from foundation.journal.models import Look
from hotline.contacts.models import Contact
from hotline.contacts.recognition import Earlier, earlier_contacts

pytestmark = pytest.mark.django_db
PERSON = {"postal_code": "04109", "age_band": "14_17", "phenomenon": "right"}


def recognised(user: User, contact: uuid.UUID) -> list[Earlier]:
    found: list[Earlier] = as_user(user, lambda: earlier_contacts(user, Contact.objects.get(pk=contact)))
    return found


def test_the_same_number_is_a_hint_without_content(people: People) -> None:
    earlier = a_contact(
        people.colleague, phone="0341 1234567", caller_type_id="parent", notes="secret words", label="title"
    )
    now = a_contact(people.handler, phone=PHONE)
    (found,) = recognised(people.handler, now)
    assert (found.contact_id, found.same_number, found.may_open) == (earlier, True, False)
    assert (found.caller_type, found.ask) == ("Parent", people.colleague.name)
    page = browser(people.handler).get(url("earlier", now)).content.decode()
    assert "secret words" not in page
    assert "title" not in page.replace("section-title", "")
    assert "numbers are shared in families" in page
    assert recognised(people.coordinator, now)[0].may_open


def test_the_same_place_age_and_phenomenon_is_a_weak_hint(people: People) -> None:
    earlier = a_contact(people.colleague, **PERSON)
    assert [(f.contact_id, f.same_number) for f in recognised(people.handler, a_contact(people.handler, **PERSON))] == [
        (earlier, False)
    ]
    assert recognised(people.handler, a_contact(people.handler, **PERSON | {"age_band": "unknown"})) == []


@pytest.mark.parametrize("phone", ["anonymous", "+266696687", "+17378742833", "", "12", "restricted"])
def test_withheld_and_invalid_numbers_never_recognise(people: People, phone: str) -> None:
    a_contact(people.colleague, phone=phone)
    assert recognised(people.handler, a_contact(people.handler, phone=phone)) == []


def test_another_centre_is_not_told(people: People) -> None:
    a_contact(people.other_handler, phone=PHONE)
    assert recognised(people.handler, a_contact(people.handler, phone=PHONE)) == []


def test_showing_leaves_a_trace_and_nothing_to_show_leaves_none(people: People) -> None:
    a_contact(people.colleague, phone=PHONE)
    client, now, stranger = browser(people.handler), a_contact(people.handler, phone=PHONE), a_contact(people.handler)
    client.get(url("earlier", now))
    client.get(url("earlier", stranger))
    traces = as_user(people.handler, lambda: list(Look.objects.values_list("what", "subject")))
    assert traces == [("contact.recognised", now)]
