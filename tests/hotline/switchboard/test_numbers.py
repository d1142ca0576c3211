"""Numbers at the telephone are parsed for the centre's country, not for the settings'."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from answering import Provider
from calling_back import calls_out, planned, press_call
from contacts import browser, contact_as
from django.urls import reverse
from past_policies import change
from people import People, as_user
from telephone import CALLER, DESK, claim, go_on_duty, leg_of, talking, tell, waiting

from foundation.accounts.models import Organisation
from hotline.contacts.models import Contact
from hotline.switchboard.agents import agent_of
from hotline.switchboard.callback_calls import Hindrance
from hotline.switchboard.models import Leg, Line
from regions.loading import load_regions

pytestmark = pytest.mark.django_db


def url(name: str, *keys: object) -> str:
    return reverse(f"switchboard:{name}", args=keys)


@pytest.mark.parametrize("setting", ["DE", "US", None], ids=str)
@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [("BE", "02 279 22 11", "+3222792211"), ("FR", "0690 33 59 41", "+590690335941"),
     ("AT", "01 534 42 0", "+431534420"),
     ("DE", "\u202a(030) 9018201\u202c", "+49309018201")],
)  # fmt: skip
def test_agents_telephone_is_parsed_for_the_centres_country(
    people: People, line: Line, settings: Any, setting: str | None, country: str, typed: str, stored: str
) -> None:
    settings.PHONENUMBER_DEFAULT_REGION = setting
    change(Organisation.objects.filter(pk=people.centre.pk), country=country)
    client = browser(people.handler)
    assert client.post(url("agent"), {"phone": typed, "languages": ["de"]}).status_code == 302
    assert as_user(people.handler, lambda: agent_of(by=people.handler).phone) == stored
    shown = client.get(url("agent")).context["form"]["phone"].value()
    assert shown.startswith("+")
    assert client.post(url("agent"), {"phone": shown, "languages": ["de"]}).status_code == 302
    assert as_user(people.handler, lambda: agent_of(by=people.handler).phone) == stored


@pytest.mark.parametrize("typed", ["030 9018201 ext. 12", "030 9018201 DW 12", "030 DESK", "9018201", "0"])
def test_invalid_telephone_of_an_agent_is_refused_with_an_example(people: People, line: Line, typed: str) -> None:
    answer = browser(people.handler).post(url("agent"), {"phone": typed, "languages": ["de"]})
    assert answer.status_code == 422
    assert "+49 30 123456" in str(answer.context["form"].errors["phone"])
    assert answer.context["form"]["phone"].value() == typed


@pytest.mark.parametrize(("typed", "status"), [("02 279 22 11", 302), ("02 279 22 11 poste 3", 422), ("SOS", 422)])
def test_number_of_a_consultation_is_parsed_for_the_centres_country(
    people: People, line: Line, typed: str, status: int
) -> None:
    change(Organisation.objects.filter(pk=people.centre.pk), country="BE")
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    fields = {"leg_id": str(uuid.uuid4()), "organisation": "", "phone": typed}
    assert browser(people.handler).post(url("consult", phone.call.pk), fields).status_code == status
    legs = as_user(people.handler, lambda: [leg.phone for leg in Leg.objects.filter(party="partner")])
    assert legs == (["+3222792211"] if status == 302 else [])


@pytest.mark.parametrize(
    ("number", "country"), [("+3222792211", "BE"), ("+590690335941", "FR"), (CALLER, "DE"), ("+12025550123", "DE")]
)
def test_contact_of_a_call_has_the_callers_country_if_supported(
    people: People, line: Line, number: str, country: str
) -> None:
    load_regions(["BE", "FR", "DE"])
    go_on_duty(people.handler)
    phone = waiting(number)
    leg_of(claim(people.handler, phone))
    assert contact_as(people.handler, phone.call.contact_id).country == country


def test_contact_of_a_withheld_number_or_message_has_the_centres_country(people: People, line: Line) -> None:
    load_regions(["BE", "DE"])
    change(Organisation.objects.filter(pk=people.centre.pk), country="BE")
    go_on_duty(people.handler)
    phone = waiting("anonymous")
    leg_of(claim(people.handler, phone))
    assert contact_as(people.handler, phone.call.contact_id).country == "BE"
    values = {"MessageSid": "SM1", "From": CALLER, "To": line.number.as_e164, "Body": "hello", "NumMedia": "0"}
    tell("/telephone/message/", values)
    assert as_user(people.coordinator, lambda: Contact.objects.get(channel="sms").country) == "DE"


def test_a_number_with_an_extension_is_not_rung_and_says_why(people: People, line: Line, provider: Provider) -> None:
    go_on_duty(people.handler, phone=DESK)
    client = browser(people.handler)
    answer = press_call(client, planned(people, phone="+49309018201;ext=12"))
    assert answer.status_code == 302
    assert str(Hindrance.EXTENSION.label) in client.get(answer.headers["Location"]).content.decode()
    assert calls_out() == 0


def test_callback_number_is_dialled_for_the_contacts_country(people: People, line: Line, provider: Provider) -> None:
    """The number was corrected at the desk, in the national format of Belgium."""
    go_on_duty(people.handler, phone=DESK)
    client = browser(people.handler)
    callback = planned(people, phone="")
    press_call(client, callback)
    contact = as_user(people.handler, Contact.objects.get)
    as_user(people.handler, lambda: Contact.objects.filter(pk=contact.pk).update(country="BE"))
    values = {"version": contact.version, "phone": "02 279 22 11"}
    client.post(reverse("hotline:autosave", args=[contact.pk]), values, headers={"Accept": "application/json"})
    client.post(url("call_again", contact.pk), {"call": str(uuid.uuid4())})
    assert calls_out() == 1
