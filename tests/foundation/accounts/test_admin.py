"""Django's admin site: reference data only, for administrators only, without deletion."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from people import People
from web import browser

from foundation.accounts.models import User
from hotline.contacts.models import CallerType, Topic
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
