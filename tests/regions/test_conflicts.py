"""Standing conflicts of interest: added, changed and ended by people who may change the network."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from people import People, as_user
from web import browser

from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from regions.actions import Invalid
from regions.conflicts import With, add_conflict, end_conflict
from regions.models import Conflict, Region


def url(name: str, *args: Any) -> str:
    return reverse(f"regions:{name}", args=args)


def fields(people: People, **values: Any) -> dict[str, Any]:
    today = timezone.localdate().isoformat()
    return {
        "version": 0,
        "organisation": people.partner.pk,
        "region": "DE-BY",
        "reason": "ties",
        "starts_on": today,
        **values,
    }


def note(people: People, by: str = "coordinator", **values: Any) -> Any:
    return browser(getattr(people, by)).post(url("new_conflict"), fields(people, **values))


@pytest.mark.parametrize("by", ["administrator", "coordinator"])
@pytest.mark.parametrize(
    "values",
    [
        {},
        {"region": "DE"},
        {"region": "", "phenomenon": "right"},
        {"region": "", "caller_type": "relative"},
        {"region": "", "caller_type": "parent"},
        {"region": "", "other": "other_partner"},
        {"region": "", "other": "body"},
        {"phenomenon": "right", "caller_type": "school", "other": "centre", "ends_on": "2099-12-31"},
    ],
)
def test_a_conflict_is_noted_once_with_its_reason(people: People, by: str, values: dict[str, str]) -> None:
    if "other" in values:
        values = {**values, "other": getattr(people, values["other"]).pk}
    for _twice in range(2):
        assert note(people, by, **values).headers["Location"] == url("conflicts")
    conflict = Conflict.objects.get()
    assert (conflict.organisation, conflict.reason) == (people.partner, "ties")
    assert conflict.noted_by == getattr(people, by)
    page = browser(people.coordinator).get(url("conflicts")).text
    assert "Personal or family ties" in page
    assert "until further notice" in page or "31 Dec 2099" in page
    with acting_as(people.dpo, purpose="test"):
        assert Event.objects.filter(kind="conflict.added").count() == 1


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("region", {"region": ""}),
        ("region", {"region": "XX"}),
        ("phenomenon", {"phenomenon": "nonsense"}),
        ("caller_type", {"caller_type": "nobody"}),
        ("other", {"other": "999999999"}),
        ("other", {"other": "partner"}),
        ("reason", {"reason": ""}),
        ("reason", {"reason": "nonsense"}),
        ("starts_on", {"starts_on": ""}),
        ("starts_on", {"starts_on": "31.02.2026"}),
        ("starts_on", {"starts_on": "0001-01-01"}),
        ("ends_on", {"ends_on": "9999-12-31"}),
        ("ends_on", {"ends_on": "2020-01-01"}),
        ("organisation", {"organisation": ""}),
        ("organisation", {"organisation": "body"}),
    ],
)
def test_what_cannot_be_is_an_error_in_place(people: People, field: str, values: dict[str, str]) -> None:
    organisations = {"partner": people.partner.pk, "body": people.body.pk}
    answer = note(people, **{name: organisations.get(value, value) for name, value in values.items()})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Conflict.objects.exists()


def test_a_conflict_is_changed_and_ended_afterwards(people: People) -> None:
    note(people)
    conflict = Conflict.objects.get()
    client = browser(people.administrator)
    changed = fields(people, region="DE", reason="funds", ends_on="2099-01-31")
    for _twice in range(2):
        assert client.post(url("edit_conflict", conflict.pk), changed).status_code == 302
    conflict.refresh_from_db()
    assert (conflict.region_id, conflict.reason, conflict.ends_on) == ("DE", "funds", date(2099, 1, 31))
    for _twice in range(2):
        assert client.post(url("end_conflict", conflict.pk)).status_code == 302
    assert client.get(url("edit_conflict", conflict.pk)).status_code == 404
    assert "Example Partner" in client.get(url("conflicts"), {"show": "over"}).text
    with acting_as(people.dpo, purpose="test"):
        kinds = list(Event.objects.filter(kind__startswith="conflict").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["conflict.added", "conflict.changed", "conflict.ended"]


def test_a_stale_form_changes_nothing_and_keeps_what_was_typed(people: People) -> None:
    note(people)
    address = url("edit_conflict", Conflict.objects.get().pk)
    client = browser(people.coordinator)
    client.post(address, fields(people, reason="funds"))
    answer = client.post(address, fields(people, reason="party"))
    assert (answer.status_code, Conflict.objects.get().reason) == (409, "funds")
    assert answer.context["form"]["reason"].value() == "party"


def test_a_conflict_does_not_become_another_that_is_noted_already(people: People) -> None:
    note(people)
    note(people, region="DE")
    first = Conflict.objects.order_by("pk")[0]
    answer = browser(people.coordinator).post(url("edit_conflict", first.pk), fields(people, region="DE"))
    assert answer.status_code == 422
    assert Conflict.objects.get(pk=first.pk).region_id == "DE-BY"


def test_only_those_who_look_after_the_network(people: People) -> None:
    note(people)
    conflict = Conflict.objects.get()
    may = {people.coordinator, people.other_coordinator, people.administrator}
    for user in people.everybody:
        for address in (url("conflicts"), url("new_conflict"), url("edit_conflict", conflict.pk)):
            assert browser(user).get(address).status_code == (200 if user in may else 404)
        if user not in may:
            assert browser(user).post(url("end_conflict", conflict.pk)).status_code == 404
            assert browser(user).post(url("new_conflict"), fields(people, region="DE")).status_code == 404
            with pytest.raises(NotAllowed):
                as_user(user, end_conflict, by=user, conflict=conflict)
    assert Conflict.objects.standing().count() == 1


def test_the_action_and_the_database_refuse_what_the_form_refuses(people: People) -> None:
    today, by = timezone.localdate(), people.coordinator
    bavaria = Region.objects.get(pk="DE-BY")
    bad: list[dict[str, Any]] = [
        {"about": With()},
        {"about": With(other=people.partner)},
        {"about": With(phenomenon="x")},
        {"about": With(caller_type="x")},
        {"about": With(bavaria), "reason": "x"},
        {"about": With(bavaria), "ends_on": today - timedelta(days=1)},
        {"about": With(bavaria), "organisation": people.body},
    ]
    for values in bad:
        given = {"organisation": people.partner, "reason": "ties", "starts_on": today, **values}
        with pytest.raises(Invalid):
            as_user(by, add_conflict, by=by, **given)
    rows: list[dict[str, Any]] = [
        {},
        {"other": people.partner},
        {"region": bavaria, "ends_on": today - timedelta(days=1)},
    ]
    for row in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            Conflict.objects.create(organisation=people.partner, reason="ties", starts_on=today, noted_by=by, **row)
