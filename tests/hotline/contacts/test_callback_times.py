"""The proposed time of a callback: in one hour, or the centre's next opening if it is closed then."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime, time
from typing import Any

import pytest
import time_machine
from contacts import PHONE, a_contact, browser, url
from past_policies import change
from people import People, as_user

from foundation.accounts.models import Organisation
from hotline.contacts.callbacks import claim_callback, schedule_callback
from hotline.contacts.models import Callback
from regions.models import CalendarException, ExceptionHours, OpeningHours

pytestmark = pytest.mark.django_db
WHY = "An hour from now the centre is closed"


def proposed(page: Any) -> str:
    assert page.status_code == 200
    found = re.search(r'name="due_at" value="([^"]*)"', page.text)
    assert found
    return found[1]


def at(moment: str) -> Any:
    return time_machine.travel(datetime.fromisoformat(moment), tick=False)


def hours(centre: Organisation, days: range, opens: time, closes: time) -> None:
    OpeningHours.objects.bulk_create(
        OpeningHours(organisation=centre, weekday=day, opens=opens, closes=closes) for day in days
    )


BY_USUAL_HOURS = [
    ("2026-12-02T10:07+01:00", "2026-12-02T11:15"),
    ("2026-12-02T07:40+01:00", "2026-12-02T09:00"),
    ("2026-12-02T08:10+01:00", "2026-12-02T09:15"),
    ("2026-12-02T02:00+01:00", "2026-12-02T09:00"),
    ("2026-12-02T13:30+01:00", "2026-12-02T14:30"),
    ("2026-12-02T14:00+01:00", "2026-12-03T09:00"),
    ("2026-12-02T16:00+01:00", "2026-12-03T09:00"),
    ("2026-12-04T14:30+01:00", "2026-12-07T09:00"),
    ("2026-12-05T11:00+01:00", "2026-12-07T09:00"),
    ("2026-12-25T02:00+01:00", "2026-12-28T09:00"),
    ("2026-12-31T20:00+01:00", "2027-01-04T09:00"),
    ("2026-10-24T23:30+02:00", "2026-10-26T09:00"),
    ("2027-03-28T01:30+01:00", "2027-03-30T09:00"),
]


@pytest.mark.parametrize(("now", "due"), BY_USUAL_HOURS)
def test_proposed_time_is_within_the_centres_hours(people: People, now: str, due: str) -> None:
    with at(now):
        client, contact = browser(people.handler), a_contact(people.handler, phone=PHONE)
        pages = [client.get(url("plan_callback")), client.get(url("plan_for_contact", contact))]
        assert [proposed(page) for page in pages] == [due, due]
        is_later = datetime.fromisoformat(due).date() > datetime.fromisoformat(now).date() or due.endswith("09:00")
        assert (WHY in pages[0].text) == is_later
        posted = {"callback_id": str(uuid.uuid4()), "phone": PHONE, "due_at": due}
        assert client.post(url("plan_callback"), posted).status_code == 302


def test_unanswered_callback_is_put_back_to_the_next_opening(people: People) -> None:
    key = uuid.uuid4()
    with at("2026-12-24T13:50+01:00"):
        now = datetime.fromisoformat("2026-12-24T14:00+01:00")
        as_user(people.handler, schedule_callback, by=people.handler, callback_id=key, phone=PHONE, due_at=now)
        as_user(people.handler, claim_callback, by=people.handler, callback_id=key, contact_id=uuid.uuid4())
        client = browser(people.handler)
        page = client.get(url("put_back", key))
        assert proposed(page) == "2026-12-28T09:00"
        assert client.post(url("put_back", key), {"due_at": "2026-12-28T09:00"}).status_code == 302
    found = as_user(people.handler, Callback.objects.get, pk=key)
    assert found.due_at == datetime.fromisoformat("2026-12-28T09:00+01:00")


def test_proposed_time_respects_special_hours_and_closing_days(people: People) -> None:
    hours(people.centre, range(7), time(18), time(0))
    CalendarException.objects.create(
        organisation=people.centre, label="away", starts_on=date(2026, 12, 24), ends_on=date(2026, 12, 26)
    )
    special = CalendarException.objects.create(
        organisation=people.centre, label="open", starts_on=date(2026, 12, 27), ends_on=date(2026, 12, 27)
    )
    ExceptionHours.objects.create(exception=special, opens=time(11), closes=time(12))
    for now, due in [
        ("2026-12-23T10:00+01:00", "2026-12-23T18:00"),
        ("2026-12-23T22:40+01:00", "2026-12-23T23:45"),
        ("2026-12-23T23:00+01:00", "2026-12-27T11:00"),
        ("2026-12-25T02:00+01:00", "2026-12-27T11:00"),
        ("2026-12-27T11:30+01:00", "2026-12-28T18:00"),
    ]:
        with at(now):
            assert proposed(browser(people.handler).get(url("plan_callback"))) == due


def test_proposed_time_across_midnight_and_changes_of_daylight_saving(people: People) -> None:
    hours(people.centre, range(7), time(22), time(6))
    for now, due, offset in [
        ("2026-12-02T02:00+01:00", "2026-12-02T03:00", None),
        ("2026-12-02T05:00+01:00", "2026-12-02T22:00", None),
        ("2026-10-25T01:30+02:00", "2026-10-25T02:30", "+02:00"),
        ("2026-10-25T02:30+02:00", "2026-10-25T02:30", "+01:00"),
        ("2027-03-28T01:30+01:00", "2027-03-28T03:30", None),
    ]:
        with at(now):
            page = browser(people.handler).get(url("plan_callback"))
        assert proposed(page) == due
        if offset:
            assert re.search(rf'value="{re.escape(offset)}"[^>]*(selected|checked)', page.text)


def test_proposed_time_uses_the_centres_zone_and_holidays(people: People) -> None:
    change(Organisation.objects.filter(pk=people.centre.pk), time_zone="Indian/Reunion", country="FR")
    with at("2026-07-14T08:00+04:00"):  # a holiday there
        assert proposed(browser(people.handler).get(url("plan_callback"))) == "2026-07-15T09:00"


def test_a_centre_that_never_opens_again_proposes_in_an_hour(people: People) -> None:
    for first, last in [(date(2020, 1, 1), date(2020, 6, 30)), (date(2020, 7, 1), date(2020, 12, 31))]:
        CalendarException.objects.create(
            organisation=people.centre, label="away", starts_on=first, ends_on=last, every_year=True
        )
    with at("2026-12-02T10:07+01:00"):
        page = browser(people.handler).get(url("plan_callback"))
    assert proposed(page) == "2026-12-02T11:15"
    assert WHY not in page.text
