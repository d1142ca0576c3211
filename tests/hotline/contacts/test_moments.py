"""The start time of a contact and the time of a callback, in the desk's forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from contacts import a_contact, browser, contact_as, save, typed, url
from django.db import IntegrityError, transaction
from django.utils import timezone
from past_policies import change
from people import People, new_id

from foundation.accounts.models import Organisation
from foundation.privacy.context import acting_as
from hotline.contacts.models import Callback, Contact

pytestmark = pytest.mark.django_db
REPEATED = datetime(2025, 10, 26, 1, 30, 7, 123456, tzinfo=UTC)  # 02:30 CET, the second one


def moved(people: People, at: datetime) -> object:
    contact = a_contact(people.handler)
    with acting_as(people.handler, purpose="test"):
        Contact.objects.filter(pk=contact).update(started_at=at)
    return contact


def test_start_time_in_the_repeated_hour_is_kept_on_completion(people: People) -> None:
    contact = moved(people, REPEATED)
    client = browser(people.handler)
    page = client.get(url("desk_contact", contact)).content.decode()
    assert '<option value="+01:00" selected>02:30 CET (standard time)</option>' in page
    answer = client.post(
        url("complete", contact), typed(notes="kept", started_at="2025-10-26T02:30", started_at_offset="+01:00")
    )
    assert answer.status_code == 302
    assert contact_as(people.handler, contact).started_at == REPEATED


def test_other_of_the_two_repeated_hours_can_be_saved(people: People) -> None:
    contact = moved(people, REPEATED)
    save(browser(people.handler), contact, started_at="2025-10-26T02:30", started_at_offset="+02:00")
    assert contact_as(people.handler, contact).started_at == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "2026-03-29T02:30",
        "1889-01-01T00:00",
        "99999999999999999999",
        "-1",
        "NaN",
    ],
)
def test_invalid_start_times_are_refused_and_the_desk_still_works(people: People, value: str) -> None:
    contact = a_contact(people.handler)
    before = contact_as(people.handler, contact).started_at
    client = browser(people.handler)
    answer = save(client, contact, started_at=value, label="kept")
    assert "started_at" in answer.json()["notices"]
    stored = contact_as(people.handler, contact)
    assert (stored.started_at, stored.label) == (before, "kept")
    refused = client.post(url("complete", contact), typed(started_at=value, version=str(answer.json()["version"])))
    assert refused.status_code == 422
    assert value in refused.content.decode()
    for colleague in (people.handler, people.coordinator):
        assert browser(colleague).get(url("desk")).status_code == 200
        assert browser(colleague).get(url("contacts")).status_code == 200


@pytest.mark.parametrize("year", [1, 1989, 2100, 9999])
def test_database_refuses_times_out_of_range(people: People, year: int) -> None:
    contact = a_contact(people.handler)
    with acting_as(people.handler, purpose="test"), pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=contact).update(started_at=datetime(year, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00", "9999-12-31T23:59", "2020-01-01T10:00", "2099-01-01T10:00", "soon"]
)
def test_callback_with_an_invalid_time_is_refused_and_input_kept(people: People, value: str) -> None:
    sent = {"callback_id": str(new_id()), "phone": "+49 30 23125 100", "due_at": value, "note": "kept"}
    answer = browser(people.handler).post(url("plan_callback"), sent)
    assert answer.status_code == 422
    assert "for example" in answer.content.decode() or "Write it like" in answer.content.decode()
    assert "kept" in answer.content.decode()
    with acting_as(people.handler, purpose="test"):
        assert not Callback.objects.exists()


def test_times_are_shown_in_the_zone_of_the_readers_centre(people: People) -> None:
    change(Organisation.objects.filter(pk=people.centre.pk), time_zone="Indian/Reunion")
    contact = a_contact(people.handler)
    save(browser(people.handler), contact, started_at="2026-07-01T10:00")
    assert contact_as(people.handler, contact).started_at == datetime(2026, 7, 1, 6, tzinfo=UTC)
    page = browser(people.handler).get(url("desk_contact", contact)).content.decode()
    assert 'value="2026-07-01T10:00"' in page
    assert 'data-zone="Indian/Reunion"' in page
    assert timezone.get_current_timezone_name() == "Europe/Berlin"  # of the thread, for the next request


ABSURD = ["0001-01-01", "9999-12-31", "99999999999999999999", "-1", "1e400", "", "\x00", "²"]
PAGES = ["/", "/desk/", "/contacts/", "/callbacks/", "/search/", "/cases/", "/referrals/", "/shift/", "/figures/",
         "/releases/", "/network/", "/network/partners/", "/network/liaisons/"]  # fmt: skip


@pytest.mark.parametrize("value", ABSURD)
def test_invalid_query_parameters_break_no_page(people: People, value: str) -> None:
    names = ["page", "from", "to", "day", "period", "show", "current", "country", "q", "seen", "subject", "beside",
             "postal_code", "region", "sector"]  # fmt: skip
    queries = [dict.fromkeys(names, value), {"after": value}, {"before": value}, {"number": value}]
    client = browser(people.coordinator)
    client.raise_request_exception = False
    wrong = [(page, query) for page in PAGES for query in queries if client.get(page, query).status_code >= 500]
    assert wrong == []
