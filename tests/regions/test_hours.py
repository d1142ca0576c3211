from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from people import People, as_user, make_user
from web import sign_in

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from regions.actions import Invalid
from regions.hours import DayHours, add_exception, hours_version, remove_exception, save_exception, set_opening_hours
from regions.models import CalendarException, Coverage, ExceptionHours, OpeningHours, PartnerProfile
from regions.network import calendar_for
from regions.working_hours import add_working_hours, is_open

MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture
def browser() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        sign_in(client, user)
        return client

    return signed_in


@pytest.fixture
def coordinator(people: People) -> Iterator[User]:
    with acting_as(people.coordinator, purpose="test"):
        yield people.coordinator


def page(organisation: Organisation, name: str = "hours", *args: int) -> str:
    return reverse(f"regions:{name}", args=[organisation.pk, *args])


def stored() -> list[tuple[int, time, time]]:
    return list(OpeningHours.objects.values_list("weekday", "opens", "closes"))


def closing(**values: Any) -> dict[str, Any]:
    return {"label": "Closed", "starts_on": date(2026, 12, 24), "ends_on": date(2026, 12, 24), **values}


# --- weekly hours ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["centre", "partner"])
def test_hours_of_any_organisation_are_saved_and_shown_again(
    people: People, browser: Callable[[User], Client], kind: str
) -> None:
    organisation = getattr(people, kind)
    client = browser(people.coordinator)
    typed = {"day_0": "13.00 – 17:30, 9-12", "day_4": "18:00-24:00", "day_5": "22-6", "day_6": "20:00–06:30"}
    answer = client.post(page(organisation), {**typed, "version": "0"})
    assert (answer.status_code, answer["Location"]) == (302, page(organisation))
    assert stored() == [
        (0, time(9), time(12)),
        (0, time(13), time(17, 30)),
        (4, time(18), time(0)),
        (5, time(22), time(6)),
        (6, time(20), time(6, 30)),
    ]
    shown = client.get(page(organisation)).context["form"]
    assert shown["day_0"].value() == "09:00-12:00, 13:00-17:30"
    assert shown["day_4"].value() == "18:00-24:00"
    assert shown["day_5"].value() == "22:00-06:00"
    assert shown["day_1"].value() == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("morning", "“morning” cannot be read. Write times like 9:00-12:00"),
        ("25:00-26:00", "“25:00-26:00” cannot be read."),
        ("9:00-24:30", "cannot be read"),
        ("9:60-10:00", "cannot be read"),
        ("9:00", "cannot be read"),
        ("9:00-12:00-15:00", "cannot be read"),
        ("-1-5", "cannot be read"),
        ("9:00-9:00", "begins and ends at the same time. For a whole day write 0:00-24:00."),
        ("9:00-12:00, 11:00-13:00", "09:00–12:00 and 11:00–13:00 overlap"),
        ("22:00-6:00, 23:00-24:00", "overlap"),
        ("\x00", "Null characters are not allowed"),
        ("9" * 300, "at most 200 characters"),
    ],
)
def test_hours_that_cannot_be_keep_what_was_typed(
    people: People, browser: Callable[[User], Client], text: str, sentence: str
) -> None:
    answer = browser(people.coordinator).post(page(people.centre), {"day_2": text, "day_3": "9-12", "version": "0"})
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (422, ["day_2"])
    assert sentence in form.errors["day_2"][0]
    assert (form["day_2"].value(), form["day_3"].value()) == (text, "9-12")
    assert not OpeningHours.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day_0": "22:00-6:00", "day_1": "5:00-8:00"}, "day_1"),
        ({"day_6": "22:00-6:00", "day_0": "0:00-1:00"}, "day_0"),
        ({"day_3": "0:00-24:00, 23:00-2:00"}, "day_3"),
        ({"day_3": "10:00-9:59", "day_4": "9:00-12:00"}, "day_4"),
    ],
)
def test_stretches_that_share_time_across_midnight_are_refused(
    people: People, browser: Callable[[User], Client], typed: dict[str, str], field: str
) -> None:
    answer = browser(people.coordinator).post(page(people.centre), {**typed, "version": "0"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert "overlap" in answer.context["form"].errors[field][0]


def test_stretches_that_touch_are_fine(people: People, browser: Callable[[User], Client]) -> None:
    typed = {f"day_{day}": "0:00-24:00" for day in range(7)}
    assert browser(people.coordinator).post(page(people.centre), {**typed, "version": "0"}).status_code == 302
    calendar = calendar_for(people.centre)
    midnight = datetime(2026, 12, 2, 23, tzinfo=UTC)
    assert is_open(midnight, calendar)
    assert is_open(midnight - timedelta(microseconds=1), calendar)
    assert "Open now, round the clock." in browser(people.coordinator).get(page(people.centre)).content.decode()


def test_empty_opening_hours_need_a_confirmation(people: People, browser: Callable[[User], Client]) -> None:
    answer = browser(people.coordinator).post(page(people.centre), {"version": "0"})
    assert answer.status_code == 422
    assert "Enter the hours of at least one day" in answer.content.decode()


def test_an_outdated_form_names_the_days_that_differ(people: People, browser: Callable[[User], Client]) -> None:
    client = browser(people.coordinator)
    client.post(page(people.centre), {"day_0": "9-12", "version": "0"})
    answer = client.post(page(people.centre), {"day_0": "9-12", "day_1": "9-15", "version": "0"})
    assert answer.status_code == 409
    assert "What is stored now differs in: Tuesday." in answer.content.decode()
    again = answer.context["form"]["version"].value()
    assert client.post(page(people.centre), {"day_0": "9-12", "day_1": "9-15", "version": again}).status_code == 302
    assert len(stored()) == 2


def test_who_may_enter_hours(people: People, browser: Callable[[User], Client]) -> None:
    partner_coordinator = make_user((people.partner, Role.PARTNER_COORDINATOR))
    answers = {
        (user, organisation.pk): browser(user).get(page(organisation)).status_code
        for user in [*people.everybody, partner_coordinator]
        for organisation in (people.centre, people.partner)
    }
    allowed = {key for key, status in answers.items() if status == 200}
    both = {people.coordinator, people.administrator}
    assert allowed == {(user, o.pk) for user in both for o in (people.centre, people.partner)} | {
        (people.other_coordinator, people.partner.pk)
    }
    assert set(answers.values()) == {200, 404}


def test_hours_are_saved_once_and_journalled_once(people: People, coordinator: User) -> None:
    spans = [DayHours(0, time(13), time(17)), DayHours(0, time(22), time(6))]
    for _click in range(2):
        set_opening_hours(by=coordinator, organisation=people.partner, spans=spans, version=0)
    assert stored() == [(0, time(13), time(17)), (0, time(22), time(6))]
    assert list(Event.objects.values_list("kind", flat=True)) == ["hours.changed"]
    with pytest.raises(Stale):
        set_opening_hours(by=coordinator, organisation=people.partner, spans=[], version=0)
    set_opening_hours(by=coordinator, organisation=people.partner, spans=[], version=hours_version(people.partner))
    assert stored() == []


@pytest.mark.parametrize(
    "spans",
    [
        [DayHours(0, time(9), time(9))],
        [DayHours(0, time(9), time(12)), DayHours(0, time(11), time(13))],
        [DayHours(6, time(22), time(2)), DayHours(0, time(1), time(3))],
    ],
)
def test_hours_that_cannot_be_are_no_rows(people: People, coordinator: User, spans: list[DayHours]) -> None:
    with pytest.raises(Invalid):
        set_opening_hours(by=coordinator, organisation=people.partner, spans=spans, version=0)
    assert not Event.objects.exists()


def test_the_database_refuses_a_stretch_without_length(people: People) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OpeningHours.objects.create(organisation=people.centre, weekday=1, opens=time(9), closes=time(9))
    OpeningHours.objects.create(organisation=people.centre, weekday=1, opens=time(0), closes=time(0))


# --- closing days ---------------------------------------------------------------------------------------------------


@time_machine.travel(MONDAY, tick=False)
def test_closing_days_are_entered_changed_and_removed(people: People, browser: Callable[[User], Client]) -> None:
    client, centre = browser(people.coordinator), people.centre
    typed = {"label": "Company holidays", "starts_on": "2026-12-21", "ends_on": "2027-01-01", "version": "0"}
    for _click in range(2):
        assert client.post(page(centre, "add_exception"), typed).status_code == 302
    entry = CalendarException.objects.get()
    shown = client.get(page(centre)).content.decode()
    assert "Company holidays" in shown
    assert "21 Dec 2026 – 1 Jan 2027" in shown
    change = {**typed, "ends_on": "", "hours": "10-12, 18:00-24:00", "every_year": "on"}
    assert client.post(page(centre, "edit_exception", entry.pk), change).status_code == 302
    entry.refresh_from_db()
    assert (entry.ends_on, entry.every_year, entry.version) == (date(2026, 12, 21), True, 1)
    assert list(entry.hours.values_list("opens", "closes")) == [(time(10), time(12)), (time(18), time(0))]
    assert client.get(page(centre, "edit_exception", entry.pk)).context["form"]["hours"].value() == (
        "10:00-12:00, 18:00-24:00"
    )
    for message in ("The entry is removed.", "Somebody removed this entry already."):
        answer = client.post(page(centre, "remove_exception", entry.pk), follow=True)
        assert message in answer.content.decode()
    assert not ExceptionHours.objects.exists()
    with acting_as(people.coordinator, purpose="test"):
        kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["exception.added", "exception.changed", "exception.removed"]


@time_machine.travel(MONDAY, tick=False)
@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"starts_on": ""}, "starts_on", "This field is required."),
        ({"starts_on": "soon"}, "starts_on", "This is no date. Write it like 2026-11-30."),
        ({"starts_on": "2026-02-30"}, "starts_on", "This is no date."),
        ({"starts_on": "0001-01-01"}, "starts_on", "Choose a day from 29 Nov 2025 to"),
        ({"starts_on": "9999-12-31"}, "starts_on", "Choose a day from"),
        ({"starts_on": "99999999999999999999"}, "starts_on", "This is no date."),
        ({"starts_on": "-1"}, "starts_on", "This is no date."),
        ({"starts_on": "NaN"}, "starts_on", "This is no date."),
        ({"starts_on": "\x00"}, "starts_on", "This is no date."),
        ({"ends_on": "2026-12-01"}, "ends_on", "The last day is before the first."),
        ({"ends_on": "2028-12-01"}, "ends_on", "At most a year at once"),
        ({"ends_on": "2027-12-21", "every_year": "on"}, "ends_on", "At most a year at once"),
        ({"hours": "noon"}, "hours", "cannot be read"),
        ({"hours": "22-6, 5-7", "ends_on": "2026-12-23"}, "hours", "overlap"),
        ({"label": ""}, "label", "This field is required."),
        ({"label": "x" * 101}, "label", "at most 100 characters"),
    ],
)
def test_closing_days_that_cannot_be(
    people: People, browser: Callable[[User], Client], change: dict[str, str], field: str, sentence: str
) -> None:
    typed = {"label": "Example", "starts_on": "2026-12-21", "ends_on": "", "version": "0", **change}
    answer = browser(people.coordinator).post(page(people.centre, "add_exception"), typed)
    form = answer.context["new"]
    assert (answer.status_code, list(form.errors)) == (422, [field])
    assert sentence in form.errors[field][0]
    assert all(form[name].value() == value for name, value in change.items() if name != "every_year")
    assert not CalendarException.objects.exists()


def test_the_same_days_twice_and_an_outdated_entry(people: People, coordinator: User) -> None:
    entry = add_exception(by=coordinator, organisation=people.centre, **closing())
    assert add_exception(by=coordinator, organisation=people.centre, **closing()) == entry
    with pytest.raises(Invalid):
        add_exception(by=coordinator, organisation=people.centre, **closing(label="Other"))
    save_exception(by=coordinator, exception=entry, version=0, **closing(label="Other"))
    save_exception(by=coordinator, exception=entry, version=0, **closing(label="Other"))
    with pytest.raises(Stale):
        save_exception(by=coordinator, exception=entry, version=0, **closing())
    assert remove_exception(by=coordinator, organisation=people.centre, pk=entry.pk)
    with pytest.raises(Stale):
        save_exception(by=coordinator, exception=entry, version=1, **closing())


def test_closing_days_of_other_organisations_cannot_be_changed(
    people: People, browser: Callable[[User], Client]
) -> None:
    entry = as_user(people.coordinator, add_exception, by=people.coordinator, organisation=people.centre, **closing())
    typed = {"label": "Mine", "starts_on": "2026-12-21", "version": "0"}
    for user in (people.handler, people.worker, people.other_coordinator, people.dpo):
        client = browser(user)
        addresses = [
            page(people.centre, "add_exception"),
            page(people.centre, "edit_exception", entry.pk),
            page(people.centre, "remove_exception", entry.pk),
        ]
        assert [client.post(address, typed).status_code for address in addresses] == [404, 404, 404]
    # an entry is found under its own organisation only
    own = browser(people.coordinator)
    assert own.post(page(people.partner, "edit_exception", entry.pk), typed).status_code == 404
    own.post(page(people.partner, "remove_exception", entry.pk))
    assert CalendarException.objects.get().label == "Closed"
    with acting_as(people.handler, purpose="test"), pytest.raises(NotAllowed):
        add_exception(by=people.handler, organisation=people.centre, **closing())


@pytest.mark.parametrize(
    ("first", "last"), [(date(1999, 12, 31), date(2000, 1, 1)), (date(2026, 2, 1), date(2026, 1, 1)),
                        (date(2026, 1, 1), date(2027, 1, 2)), (date(2099, 12, 31), date(2100, 1, 1))],
)  # fmt: skip
def test_the_database_refuses_days_that_cannot_be(people: People, first: date, last: date) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarException.objects.create(organisation=people.centre, label="x", starts_on=first, ends_on=last)


def test_effects_of_closing_days_on_the_calendar(people: People, coordinator: User) -> None:
    centre = people.centre
    add_exception(by=coordinator, organisation=centre, **closing(every_year=True, label="Christmas Eve"))
    add_exception(
        by=coordinator,
        organisation=centre,
        **closing(starts_on=date(2026, 12, 28), ends_on=date(2027, 1, 3), label="Between the years"),
    )
    add_exception(
        by=coordinator,
        organisation=centre,
        **closing(starts_on=date(2026, 12, 30), ends_on=date(2026, 12, 30), hours=[(time(10), time(12))]),
    )
    add_exception(  # on a public holiday
        by=coordinator,
        organisation=centre,
        **closing(starts_on=date(2026, 12, 25), ends_on=date(2026, 12, 25), hours=[(time(18), time(0))]),
    )
    calendar = calendar_for(centre)

    def opens(day: str) -> list[str]:
        return [f"{start:%H:%M}-{end:%H:%M}" for start, end in calendar.openings(date.fromisoformat(day))]

    assert [opens(f"2026-12-{day}") for day in (23, 24, 25, 26, 28, 29, 30, 31)] == [
        ["09:00-15:00"], [], ["18:00-00:00"], [], [], [], ["10:00-12:00"], [],
    ]  # fmt: skip
    assert (opens("2027-12-24"), opens("2028-12-29"), opens("2025-12-24")) == ([], ["09:00-15:00"], ["09:00-15:00"])
    start = datetime(2026, 12, 23, 14, 30, tzinfo=calendar.openings(date(2026, 12, 23)).__next__()[0].tzinfo)
    # half an hour on the 23rd, 6 on the 25th, 2 on the 30th, the rest on 4 January
    assert add_working_hours(start, 9, calendar).isoformat() == "2027-01-04T09:30:00+01:00"


@time_machine.travel(MONDAY, tick=False)
def test_the_page_shows_what_follows_in_the_next_14_days(people: People, browser: Callable[[User], Client]) -> None:
    PartnerProfile.objects.create(organisation=people.partner, capacity=3)
    Coverage.objects.create(organisation=people.partner, region_id="DE-BY")
    as_user(
        people.coordinator,
        add_exception,
        by=people.coordinator,
        organisation=people.partner,
        **closing(starts_on=date(2026, 12, 8), ends_on=date(2026, 12, 8), label="Staff outing"),
    )
    days = browser(people.coordinator).get(page(people.partner)).context["days"]
    assert [(day.day.day, day.hours, day.why) for day in days][:2] == [(30, "09:00–15:00", ""), (1, "09:00–15:00", "")]
    assert (len(days), [(day.hours, day.why) for day in days if day.why]) == (14, [("", "Staff outing")])
    with time_machine.travel(datetime(2027, 8, 2, 9, tzinfo=UTC), tick=False):
        days = browser(people.coordinator).get(page(people.partner)).context["days"]
    assert not [day for day in days if day.why]
    with time_machine.travel(datetime(2026, 12, 28, 9, tzinfo=UTC), tick=False):
        days = browser(people.coordinator).get(page(people.partner)).context["days"]
    assert [day.why for day in days if day.why] == ["New Year's Day", "Epiphany"]


@time_machine.travel(datetime(2026, 12, 2, 2, tzinfo=UTC), tick=False)
def test_the_page_says_whether_it_is_open_now(people: People, browser: Callable[[User], Client]) -> None:
    client = browser(people.coordinator)
    assert "Closed now; opens Wednesday, 2 Dec 2026, 09:00." in client.get(page(people.centre)).content.decode()
    OpeningHours.objects.create(organisation=people.centre, weekday=1, opens=time(22), closes=time(6))
    assert "Open now until Wednesday, 2 Dec 2026, 06:00." in client.get(page(people.centre)).content.decode()


def test_hours_in_the_past_of_an_entry_may_stay(people: People, browser: Callable[[User], Client]) -> None:
    """What was entered two years ago every year is still there to be renamed."""
    long_ago = timezone.localdate().replace(day=1, month=3) - timedelta(days=900)
    entry = CalendarException.objects.create(
        organisation=people.centre, label="Old", starts_on=long_ago, ends_on=long_ago, every_year=True
    )
    typed = {"label": "New", "starts_on": long_ago.isoformat(), "every_year": "on", "version": "0"}
    address = page(people.centre, "edit_exception", entry.pk)
    assert browser(people.coordinator).post(address, typed).status_code == 302
    entry.refresh_from_db()
    assert entry.label == "New"
