"""Organisations, as an administrator sets them up: countries and time zones that exist, editable afterwards."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import translation
from past_policies import change
from people import People, as_setup, as_user, make_partner
from web import browser

from foundation.accounts.actions import create_organisation, save_organisation
from foundation.accounts.countries import country_choices, is_zone, time_zones_of, zone_meant
from foundation.accounts.models import Organisation, User
from foundation.accounts.refusals import UnknownCountry, UnknownTimeZone
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from regions.network import calendar_for
from regions.working_hours import is_open

NO_ZONES = [
    "Berlin",
    "europe/berlin",
    "Europe/Berlin ",
    "Mars/Olympus",
    "CET",
    "UTC+1",
    "GMT+0",
    "Etc/GMT+3",
    "../x",
    "",
]
NO_COUNTRIES = ["Ge", "Germany", "de", "DEU", "XX", "", "D", "12"]


def url(name: str, *args: Any) -> str:
    return reverse(f"accounts:{name}", args=args)


def post(people: People, page: str, /, *args: Any, **values: Any) -> Any:
    return browser(people.administrator).post(url(page, *args), {"version": 0, **values})


def new(people: People, **values: Any) -> Any:
    fields = {"name": "Example Partner South", "kind": "partner", "country": "DE", "time_zone": ""}
    return post(people, "new_organisation", **{**fields, **values})


def edited(people: People, **values: Any) -> Any:
    row = Organisation.objects.get(pk=people.partner.pk)
    stored = {"name": row.name, "country": row.country, "time_zone": row.time_zone, "version": row.version}
    return post(people, "edit_organisation", row.pk, **{**stored, **values})


@pytest.mark.parametrize("kind", ["centre", "partner", "body", "funder"])
@pytest.mark.parametrize(
    ("country", "zone"),
    [("DE", "Europe/Berlin"), ("FR", "Europe/Paris"), ("BE", "Europe/Brussels"), ("RE", "Indian/Reunion")],
)
def test_an_organisation_is_added_with_the_time_of_its_country(
    people: People, kind: str, country: str, zone: str
) -> None:
    assert new(people, kind=kind, country=country).status_code == 302
    values = {"name": "Example Partner South", "kind": kind, "country": country, "time_zone": zone}
    assert Organisation.objects.filter(**values).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("country", value) for value in NO_COUNTRIES],
        *[("time_zone", value) for value in NO_ZONES if value],
        ("kind", "ministry"),
        ("kind", ""),
        ("name", "   "),
        ("name", "x" * 201),
        ("name", "example PARTNER"),
    ],
)
def test_what_cannot_be_is_an_error_in_place(people: People, field: str, value: str) -> None:
    before = Organisation.objects.count()
    answer = new(people, **{field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert Organisation.objects.count() == before


@pytest.mark.parametrize("zone", NO_ZONES)
def test_action_and_database_refuse_an_unknown_zone(people: People, zone: str) -> None:
    with pytest.raises(UnknownTimeZone):
        as_setup(create_organisation, name="X", kind="partner", time_zone=zone)
    with pytest.raises(DatabaseError), transaction.atomic():
        change(Organisation.objects.filter(pk=people.partner.pk), time_zone=zone)


@pytest.mark.parametrize("country", NO_COUNTRIES)
def test_action_and_database_refuse_an_unknown_country(people: People, country: str) -> None:
    with pytest.raises(UnknownCountry):
        as_setup(create_organisation, name="X", kind="partner", country=country)
    if country != "XX":  # the form of a code; which codes there are changes
        with pytest.raises(DatabaseError), transaction.atomic():
            change(Organisation.objects.filter(pk=people.partner.pk), country=country)


def test_every_zone_that_can_be_chosen_is_known_to_the_database(people: People) -> None:
    for zone in filter(is_zone, sorted(available_timezones())):
        change(Organisation.objects.filter(pk=people.partner.pk), time_zone=zone)
    assert len(time_zones_of("US")) > 5


@pytest.mark.parametrize(("language", "name"), [("en", "Germany"), ("de", "Deutschland"), ("fr", "Allemagne")])
def test_countries_are_named_in_the_language_of_the_page(people: People, language: str, name: str) -> None:
    with translation.override(language):
        assert ("DE", name) in country_choices()
    change(User.objects.filter(pk=people.administrator.pk), language=language)
    client = browser(people.administrator)
    assert f'value="DE" selected>{name}</option>' in client.get(url("new_organisation")).text


def test_a_zone_of_another_country_is_asked_about_once(people: People) -> None:
    answer = new(people, country="FR", time_zone="Europe/Berlin", name="Übersee e. V.")
    assert answer.status_code == 422
    assert "Europe/Paris" in str(answer.context["form"].errors["time_zone"])
    assert "Übersee e. V." in answer.text
    confirmed = answer.context["form"]["is_confirmed"].value()
    fields = {"country": "FR", "time_zone": "Europe/Berlin", "name": "Übersee e. V.", "is_confirmed": confirmed}
    assert new(people, **{**fields, "time_zone": "Europe/Madrid"}).status_code == 422
    assert new(people, **fields).status_code == 302


def test_a_change_says_what_it_affects_and_is_confirmed(people: People) -> None:
    answer = edited(people, country="FR", time_zone="")
    assert answer.status_code == 422
    assert "public holidays of France" in str(answer.context["form"].errors)
    assert Organisation.objects.get(pk=people.partner.pk).country == "DE"
    confirmed = answer.context["form"]["is_confirmed"].value()
    for _twice in range(2):
        assert edited(people, country="FR", time_zone="", is_confirmed=confirmed).status_code == 302
    stored = Organisation.objects.get(pk=people.partner.pk)
    assert (stored.country, stored.time_zone, stored.version) == ("FR", "Europe/Paris", 1)
    with acting_as(people.dpo, purpose="test"):
        (data,) = Event.objects.filter(kind="organisation.changed").values_list("data", flat=True)
    assert (data["country"], data["time_zone"]) == (["DE", "FR"], ["Europe/Berlin", "Europe/Paris"])


def test_a_stale_form_changes_nothing_and_keeps_what_was_typed(people: People) -> None:
    row = people.partner
    edited(people, name="By one")
    answer = edited(people, name="By another", version=0)
    assert answer.status_code == 409
    assert 'value="By another"' in answer.text
    assert Organisation.objects.get(pk=row.pk).name == "By one"


def test_only_administrators_change_an_organisation(people: People) -> None:
    values = {"version": 0, "name": "X", "country": "FR", "time_zone": "Europe/Paris"}
    for user in people.everybody:
        if user == people.administrator:
            continue
        assert browser(user).post(url("edit_organisation", people.partner.pk), values).status_code == 404
    assert Organisation.objects.get(pk=people.partner.pk).country == "DE"


def test_organisation_can_be_deactivated_only_without_people(people: People) -> None:
    client = browser(people.administrator)
    client.post(url("close_organisation", people.partner.pk))
    assert Organisation.objects.get(pk=people.partner.pk).is_active
    assert "1 person has a role there" in client.get(url("organisation", people.partner.pk)).text
    empty = make_partner("Empty")
    for _twice in range(2):
        post(people, "close_organisation", empty.pk)
    assert not Organisation.objects.get(pk=empty.pk).is_active
    assert empty.name in browser(people.administrator).get(url("organisations"), {"show": "closed"}).text
    post(people, "reopen_organisation", empty.pk)
    assert Organisation.objects.get(pk=empty.pk).is_active


def test_an_absurd_stored_zone_is_utc_and_logged(people: People, caplog: pytest.LogCaptureFixture) -> None:
    absurd = Organisation(pk=7, name="X", kind="partner", country="DE", time_zone="Berlin")
    with caplog.at_level(logging.ERROR, "foundation.accounts.models"):
        assert absurd.zone == ZoneInfo("UTC")
        assert is_open(datetime(2026, 11, 30, 12, tzinfo=ZoneInfo("UTC")), calendar_for(absurd))
    assert "organisation 7 has an unknown time zone" in caplog.text


@pytest.mark.parametrize(
    ("stored", "country", "meant"),
    [
        ("Berlin", "DE", "Europe/Berlin"),
        ("europe/berlin", "DE", "Europe/Berlin"),
        ("Paris", "FR", "Europe/Paris"),
        ("CET", "FR", "Europe/Paris"),
        ("nowhere", "BE", "Europe/Brussels"),
    ],
)
def test_invalid_zone_is_corrected_by_town_or_country(stored: str, country: str, meant: str) -> None:
    assert zone_meant(stored, country) == meant


def test_zone_that_exists_is_meant_as_it_is() -> None:
    for country, _name in country_choices():
        assert [zone_meant(zone, country) for zone in time_zones_of(country)] == time_zones_of(country)


def test_the_first_form_and_the_second_do_not_overwrite_each_other(people: People) -> None:
    values = {"organisation": people.partner, "name": "Y", "country": "DE", "time_zone": "Europe/Berlin", "version": 0}
    as_user(people.administrator, save_organisation, by=people.administrator, **values)
    as_user(people.administrator, save_organisation, by=people.administrator, **values)
    assert Organisation.objects.get(pk=people.partner.pk).version == 1
