"""Numbers are parsed for the country of the contact, which is initially the centre's."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from contacts import a_contact, browser, contact_as, save, url
from django.db import IntegrityError
from django.utils import timezone
from past_policies import change
from people import People, as_user

from foundation.accounts.models import Organisation, User
from foundation.privacy.blind_index import phone_index
from hotline.contacts.editing import Edit
from hotline.contacts.models import Callback, Contact
from hotline.contacts.recognition import earlier_contacts
from hotline.contacts.typed_values import is_empty
from regions.loading import load_regions

pytestmark = pytest.mark.django_db


def move(centre: Organisation, country: str) -> None:
    change(Organisation.objects.filter(pk=centre.pk), country=country)


def new(user: User) -> Contact:
    contact_id = uuid.uuid4()
    answer = browser(user).post(url("new_contact"), {"contact_id": str(contact_id), "channel": "phone"})
    assert answer.status_code == 302, answer.status_code
    return contact_as(user, contact_id)


@pytest.mark.parametrize("country", ["BE", "FR", "CH", "PL", "US"])
def test_new_contact_has_the_centres_country(people: People, country: str) -> None:
    move(people.centre, country)
    contact = new(people.handler)
    assert contact.country == country
    assert as_user(people.handler, lambda: is_empty(Edit(contact)))
    page = browser(people.handler).get(url("desk_contact", contact.pk)).content.decode()
    assert f'<option value="{country}" selected>' in page
    assert save(browser(people.handler), contact.pk, country=country, notes="x").json()["notices"] == {}


def test_country_other_than_the_centres_counts_as_typed(people: People) -> None:
    move(people.centre, "BE")
    contact = new(people.handler)
    save(browser(people.handler), contact.pk, country="DE")
    assert not as_user(people.handler, lambda: is_empty(Edit(Contact.objects.get(pk=contact.pk))))


@pytest.mark.parametrize(
    ("phone", "country"),
    [("+32 2 279 22 11", "BE"), ("+590 690 33 59 41", "FR"), ("+41 44 668 18 00", "CH"), ("+49 341 1234567", "DE"),
     ("+1 202 555 0123", "DE"), ("+90 212 345 67 89", "DE"), ("0341 1234567", "DE"), ("", "DE")],
)  # fmt: skip
def test_number_of_a_supported_country_sets_the_contacts_country(people: People, phone: str, country: str) -> None:
    """The postal code is most likely of that country; for a country without regions none would be known."""
    load_regions(["BE", "FR", "CH", "DE"])
    assert contact_as(people.handler, a_contact(people.handler, phone=phone)).country == country


def test_database_refuses_a_contact_without_a_country(people: People) -> None:
    contact = a_contact(people.handler)
    for country in ("", "D", "be", "D1"):
        with pytest.raises(IntegrityError, match="contact_has_a_country"):
            as_user(people.handler, Contact.objects.filter(pk=contact).update, country=country)


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [("02 279 22 11", "BE", "+3222792211"), ("0690 33 59 41", "FR", "+590690335941"),
     ("\u202a(030)\u202c ٩٠١٨٢٠١", "DE", "+49309018201"), ("02 279 22 11 poste 3", "BE", "+3222792211;ext=3")],
)  # fmt: skip
@pytest.mark.parametrize("setting", ["DE", "US"])
def test_typed_number_is_recognised_in_the_contacts_country(
    people: People, settings: Any, text: str, country: str, number: str, setting: str
) -> None:
    settings.PHONENUMBER_DEFAULT_REGION = setting
    contact = a_contact(people.handler)
    answer = save(browser(people.handler), contact, phone=text, country=country)
    assert answer.json()["notices"] == {}
    stored = contact_as(people.handler, contact)
    assert stored.phone == text.strip()
    assert stored.phone_index is not None
    assert bytes(stored.phone_index) == phone_index(number)


def test_numbers_with_different_extensions_are_not_recognised_as_the_same(people: People) -> None:
    def hints(phone: str) -> list[uuid.UUID]:
        now = a_contact(people.handler, phone=phone)
        found = as_user(people.handler, lambda: earlier_contacts(people.handler, Contact.objects.get(pk=now)))
        return [earlier.contact_id for earlier in found]

    front = a_contact(people.colleague, phone="030 9018201 ext. 12")
    back = a_contact(people.colleague, phone="030 9018201 ext. 13")
    board = a_contact(people.colleague, phone="030 9018201")
    assert hints("+49 30 9018201 #12") == [front]
    assert hints("+49 30 9018201 Durchwahl 13") == [back]
    assert hints("+49 (0)30 9018201") == [board]


def test_search_distinguishes_number_and_extension(people: People) -> None:
    front = a_contact(people.handler, phone="030 9018201 ext. 12")
    board = a_contact(people.handler, phone="030 9018201")

    def found(text: str) -> list[uuid.UUID]:
        answer: Any = browser(people.handler).post(url("search"), {"q": text}, follow=True)
        return [row.pk for row in answer.context["page"].rows]

    assert found("(030) 9018201 Durchwahl 12") == [front]
    assert found("\u202a+49 (0)30 9018201\u202c") == [board]
    assert found("٠٣٠ ٩٠١٨٢٠١") == [board]


@pytest.mark.parametrize(
    ("text", "stored"),
    [("02 279 22 11", "+3222792211"), ("02/279.22.11 toestel 3", "+3222792211;ext=3"),
     ("+49 30 9018201", "+49309018201")],
)  # fmt: skip
def test_callback_number_is_parsed_for_the_contacts_country(people: People, text: str, stored: str) -> None:
    contact = a_contact(people.handler, country="BE")
    assert plan(people.handler, text, contact).status_code == 302
    assert planned(people.handler) == stored


def test_callback_number_without_contact_is_parsed_for_the_centres_country(people: People) -> None:
    move(people.centre, "BE")
    assert plan(people.handler, "02 279 22 11").status_code == 302
    assert planned(people.handler) == "+3222792211"


@pytest.mark.parametrize("text", ["2279", "ask the school", "030 9018201 or 02", "anonymous"])
def test_callback_without_a_valid_number_is_refused_with_an_example(people: People, text: str) -> None:
    answer = plan(people.handler, text)
    assert answer.status_code == 422
    assert "+49 30 123456" in str(answer.context["form"].errors["phone"])
    assert answer.context["form"]["phone"].value() == text


def test_numbers_are_shown_with_country_code(people: People) -> None:
    """A partner in Germany cannot use a number in the national format of Belgium."""
    contact = a_contact(people.handler, country="BE", phone="02 279 22 11")
    page = browser(people.handler).get(url("contact", contact)).content.decode()
    assert "+32 2 279 22 11" in page


def plan(user: User, phone: str, contact: uuid.UUID | None = None) -> Any:
    due = (timezone.localtime() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    values = {"callback_id": str(uuid.uuid4()), "phone": phone, "due_at": due}
    address = url("plan_for_contact", contact) if contact else url("plan_callback")
    return browser(user).post(address, values)


def planned(user: User) -> str:
    phone: str = as_user(user, lambda: Callback.objects.get().phone)
    return phone
