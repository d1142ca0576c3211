"""Until when a partner is closed, in the ranking: hours, closing days, public holidays, in the reader's time zone."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from past_policies import change
from people import People, as_user, make_partner
from referrals import draft, equip, make_case
from web import browser, queries_of

from casework.cases.models import Case
from foundation.accounts.models import Organisation, User
from foundation.privacy.context import acting_as
from handoff.referrals.models import Referral
from regions.models import CalendarException, ExceptionHours, OpeningHours

BERLIN = "+01:00"


def closed(people: People, case: Case, at: str, partner: Organisation | None = None) -> str:
    """The partner's reason about being closed at a time in winter (Europe/Berlin); empty if there is none."""
    with time_machine.travel(datetime.fromisoformat(at + BERLIN), tick=False):
        found = browser(people.handler).get(reverse("handoff:partners", args=[case.pk]), {"service": "relatives"})
    key = (partner or people.partner).pk
    shown = next(one for one in found.context["suggestions"].ranked if one.organisation_id == key)
    assert all(reason in found.text for reason in shown.reasons)
    return " ".join(reason for reason in shown.reasons if reason.startswith(("Closed", "Geschlossen", "Fermé")))


def hours(partner: Organisation, opens: time, closes: time) -> None:
    OpeningHours.objects.bulk_create(
        OpeningHours(organisation=partner, weekday=day, opens=opens, closes=closes) for day in range(5)
    )


def except_on(partner: Organisation, first: date, last: date, *spans: tuple[time, time], **values: Any) -> None:
    entry = CalendarException.objects.create(
        organisation=partner, label="away", starts_on=first, ends_on=last, **values
    )
    for opens, closes in spans:
        ExceptionHours.objects.create(exception=entry, opens=opens, closes=closes)


USUALLY = [
    ("2026-12-02T10:00", ""),
    ("2026-12-02T09:00", ""),
    ("2026-12-02T08:59", "Closed until 09:00."),
    ("2026-12-02T00:00", "Closed until 09:00."),
    ("2026-12-02T14:59", ""),
    ("2026-12-02T15:00", "Closed until Thursday, 09:00."),
    ("2026-12-04T16:00", "Closed until Monday, 09:00."),
    ("2026-12-05T11:00", "Closed until Monday, 09:00."),
    ("2026-12-06T23:59", "Closed until Monday, 09:00."),
    ("2026-12-07T00:01", "Closed until 09:00."),
    ("2026-12-24T15:30", "Closed until Monday, 09:00."),
    ("2026-12-31T18:00", "Closed until Monday, 09:00."),
    ("2027-01-06T10:00", "Closed until Thursday, 09:00."),
]


@pytest.mark.parametrize(("at", "said"), USUALLY)
def test_closed_by_usual_hours_and_holidays_of_the_partners_region(people: People, at: str, said: str) -> None:
    assert closed(people, make_case(people), at) == said


def test_a_holiday_of_one_region_closes_no_partner_that_works_everywhere(people: People) -> None:
    assert closed(people, make_case(people), "2027-01-06T10:00", people.other_partner) == ""


def test_closed_by_closing_days_and_days_with_special_hours(people: People) -> None:
    case = make_case(people)
    except_on(people.partner, date(2026, 12, 7), date(2026, 12, 8))
    except_on(people.partner, date(2026, 12, 12), date(2026, 12, 12), (time(10), time(12)))
    except_on(people.partner, date(2026, 12, 14), date(2027, 1, 8))
    assert closed(people, case, "2026-12-04T16:00") == "Closed until Wednesday, 09:00."
    assert closed(people, case, "2026-12-11T16:00") == "Closed until Saturday, 10:00."
    assert closed(people, case, "2026-12-12T12:00") == "Closed until Monday, 11 Jan 2027, 09:00."
    assert closed(people, case, "2027-01-04T08:00") == "Closed until Monday, 11 Jan 2027, 09:00."
    assert closed(people, case, "2027-01-05T08:00") == "Closed until Monday, 09:00."


def test_closed_with_hours_across_midnight(people: People) -> None:
    case = make_case(people)
    hours(people.partner, time(22), time(6))
    assert closed(people, case, "2026-12-02T07:00") == "Closed until 22:00."
    assert closed(people, case, "2026-12-02T05:59") == ""
    assert closed(people, case, "2026-12-05T05:59") == ""
    assert closed(people, case, "2026-12-05T06:00") == "Closed until Monday, 22:00."


def test_closing_time_is_shown_in_the_readers_time_zone(people: People) -> None:
    case = make_case(people)
    change(Organisation.objects.filter(pk=people.partner.pk), time_zone="Indian/Reunion")
    assert closed(people, case, "2026-12-02T05:00") == "Closed until 06:00."
    change(Organisation.objects.filter(pk=people.centre.pk), time_zone="Pacific/Auckland")
    assert closed(people, case, "2026-12-02T05:00") == "Closed until 18:00."
    assert closed(people, case, "2026-12-02T12:00") == "Closed until 18:00."


def test_partner_that_never_opens_again_is_shown_as_closed(people: People) -> None:
    case = make_case(people)
    for first, last in [(date(2020, 1, 1), date(2020, 6, 30)), (date(2020, 7, 1), date(2020, 12, 31))]:
        except_on(people.partner, first, last, every_year=True)
    found = browser(people.handler).get(reverse("handoff:partners", args=[case.pk]), {"service": "relatives"})
    (reason,) = next(
        one.reasons for one in found.context["suggestions"].excluded if one.organisation_id == people.partner.pk
    )
    assert reason == "Has no opening hours in the coming years: its closing days leave none."


@pytest.mark.parametrize(
    ("language", "said"), [("de", "Geschlossen bis Montag, 09:00 Uhr."), ("fr", "Fermé jusqu’à lundi, 09:00.")]
)
def test_closing_reason_is_in_the_readers_language(people: People, language: str, said: str) -> None:
    case = make_case(people)
    change(User.objects.filter(pk=people.handler.pk), language=language)
    assert closed(people, case, "2026-12-05T11:00") == said


def test_being_closed_changes_neither_order_nor_stored_reasons(people: People) -> None:
    case = make_case(people)
    with time_machine.travel(datetime.fromisoformat("2026-12-05T11:00+01:00"), tick=False):
        referral = draft(people, case)
    with acting_as(people.handler, purpose="test"):
        found = Referral.objects.get(pk=referral.pk)
    assert found.rank == 1
    assert "closed" not in [reason["code"] for reason in found.rank_reasons]


def test_number_of_queries_does_not_grow_with_partners(people: People) -> None:
    case = make_case(people)
    client, address = browser(people.handler), reverse("handoff:partners", args=[case.pk])
    client.get(address)
    before = queries_of(lambda: client.get(address))
    for number in range(3):
        partner = make_partner(f"Partner {number}")
        equip(partner, "DE-BY", "DE-BW")
        hours(partner, time(10), time(12))
        except_on(partner, date(2026, 12, 7), date(2026, 12, 8), (time(8), time(9)))
    assert queries_of(lambda: client.get(address)) <= before + 1
    assert as_user(people.handler, Case.objects.count) == 1
