"""Django's admin site: reference data only, for administrators only, without deletion."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse
from people import People, as_user
from web import browser

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from hotline.contacts.models import CallerType, Topic
from hotline.contacts.term_actions import save_term
from regions.admin import ReadOnly
from regions.models import PostalCode, Region

REFERENCE = {Region, PostalCode, CallerType, Topic}


def add(people: People, what: str, **values: Any) -> Any:
    return browser(people.administrator).post(reverse(f"admin:{what}_add"), values)


def test_only_reference_data_is_administered() -> None:
    assert set(admin.site._registry) == REFERENCE
    content = {
        model
        for app in ("accounts", "hotline", "triage", "cases", "handoff")
        for model in apps.get_app_config(app).get_models()
    }
    assert User in content
    assert set(admin.site._registry) & (content - {CallerType, Topic}) == set()


def test_admin_pages_are_404_for_others(people: People) -> None:
    opened = {user.pk for user in people.everybody if browser(user).get(reverse("admin:index")).status_code == 200}
    assert opened == {people.administrator.pk}
    client = browser(people.coordinator)
    lists = [reverse(f"admin:{m._meta.label_lower.replace('.', '_')}_changelist") for m in REFERENCE]
    assert {client.get(address).status_code for address in lists} == {404}


def test_admin_redirects_visitors_to_the_platforms_sign_in(db: None) -> None:
    assert Client().get("/admin/").headers["Location"] == "/accounts/login/?next=/admin/"
    assert Client().get("/admin/login/").headers["Location"] == "/accounts/login/"
    assert Client().get("/admin/logout/").headers["Location"].startswith("/accounts/")


def test_every_admin_page_can_be_opened(people: People) -> None:
    rows = {"hotline_callertype": "parent", "hotline_topic": Topic.objects.all()[0].pk}
    client = browser(people.administrator)
    for what, key in rows.items():
        assert client.get(reverse(f"admin:{what}_changelist"), {"q": "a"}).status_code == 200
        assert client.get(reverse(f"admin:{what}_change", args=[key])).status_code == 200
        assert client.get(reverse(f"admin:{what}_add")).status_code == 200


@pytest.mark.parametrize("what", ["hotline_callertype", "hotline_topic"])
def test_admin_offers_no_deletion(people: People, what: str) -> None:
    keys = {"hotline_callertype": "parent", "hotline_topic": Topic.objects.all()[0].pk}
    address = reverse(f"admin:{what}_delete", args=[keys[what]])
    assert browser(people.administrator).post(address, {"post": "yes"}).status_code == 403


def test_list_can_be_extended_and_codes_cannot_be_changed(people: People) -> None:
    words = {"label_en": "Landlord", "label_fr": "Bailleur", "label_de": "Vermieter", "position": 9}
    assert add(people, "hotline_callertype", code="landlord", parent="private_circle", **words).status_code == 302
    address = reverse("admin:hotline_callertype_change", args=["landlord"])
    browser(people.administrator).post(address, {**words, "code": "other", "is_retired": "on"})
    landlord = CallerType.objects.get(pk="landlord")
    assert (landlord.is_retired, landlord.parent_id) == (True, None)


def writable() -> list[tuple[type[Model], admin.ModelAdmin[Any]]]:
    """The pages of the admin site that write."""
    return [(model, page) for model, page in admin.site._registry.items() if not isinstance(page, ReadOnly)]


def values_of(page: admin.ModelAdmin[Any], row: Model) -> dict[str, Any]:
    """What the form of a row posts, without a change."""
    values = forms.model_to_dict(row, exclude=page.get_readonly_fields(RequestFactory().get("/"), row))
    return {name: value for name, value in values.items() if value not in (None, False)}


def events_of(people: People) -> list[tuple[str, Any]]:
    """What the officer of the administrator's centre reads."""
    with acting_as(people.dpo, purpose="test"):
        rows = Event.objects.filter(actor=people.administrator).order_by("pk")
        return list(rows.values_list("kind", "data"))


@pytest.mark.parametrize(("model", "page"), writable(), ids=lambda one: getattr(one, "__name__", ""))
def test_whatever_the_admin_site_writes_leaves_an_event_for_the_officer(
    people: People, model: type[Model], page: admin.ModelAdmin[Any]
) -> None:
    """One for each change, none for a post that changes nothing; there is no other way to write there."""
    assert (list(page.inlines), list(page.list_editable), list(page.actions)) == ([], [], [])
    row = model._default_manager.all()[0]
    client, name = browser(people.administrator), model._meta.label_lower.replace(".", "_")
    address, values = reverse(f"admin:{name}_change", args=[row.pk]), values_of(page, row)
    text = next(one for one in values if isinstance(values[one], str))
    for _twice in range(2):
        assert client.post(address, {**values, text: "Changed"}).status_code == 302
    new = {**values, model._meta.pk.name: "quite-new"} if model._meta.pk else values
    assert client.post(reverse(f"admin:{name}_add"), new).status_code == 302
    assert client.post(reverse(f"admin:{name}_add"), new).status_code == 200  # there is one with this code
    found = events_of(people)
    assert [data["fields"] for _kind, data in found][:1] == [[text]]
    assert len(found) == 2


def test_a_term_is_changed_by_administrators_only(people: People) -> None:
    for user in (people.coordinator, people.dpo, people.handler):
        with pytest.raises(NotAllowed):
            as_user(user, save_term, by=user, term=Topic(code="x"), is_new=True, changed=["code"])
