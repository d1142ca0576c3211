"""The administration: reference data only, for administrators only, every write an action."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from people import PASSWORD, People
from web import browser

from accounts.models import Membership, Organisation, User
from hotline.models import CallerType, Topic
from regions.models import PostalCode, Region

REFERENCE = {User, Membership, Organisation, Region, PostalCode, CallerType, Topic}


def add(people: People, what: str, **values: Any) -> Any:
    return browser(people.administrator).post(reverse(f"admin:{what}_add"), values)


def act(user: User, what: str, action: str, *keys: Any) -> Any:
    address = reverse(f"admin:{what}_changelist")
    return browser(user).post(address, {"action": action, "_selected_action": keys}, follow=True)


def test_only_reference_data_is_administered() -> None:
    assert set(admin.site._registry) == REFERENCE
    content = {
        model for app in ("hotline", "triage", "cases", "handoff") for model in apps.get_app_config(app).get_models()
    }
    assert content - REFERENCE
    assert set(admin.site._registry) & (content - {CallerType, Topic}) == set()


def test_the_addresses_do_not_exist_for_anybody_else(people: People) -> None:
    opened = {user.pk for user in people.everybody if browser(user).get(reverse("admin:index")).status_code == 200}
    assert opened == {people.administrator.pk}
    client = browser(people.coordinator)
    lists = [reverse(f"admin:{m._meta.label_lower.replace('.', '_')}_changelist") for m in REFERENCE]
    assert {client.get(address).status_code for address in lists} == {404}


def test_a_visitor_comes_in_through_the_platforms_own_door(db: None) -> None:
    assert Client().get("/admin/").headers["Location"] == "/accounts/login/?next=/admin/"
    assert Client().get("/admin/login/").headers["Location"] == "/accounts/login/"
    assert Client().get("/admin/logout/").headers["Location"].startswith("/accounts/")


def test_every_page_opens(people: People) -> None:
    rows = {
        "accounts_user": people.handler.pk,
        "accounts_membership": people.handler.active_memberships[0].pk,
        "accounts_organisation": people.partner.pk,
        "hotline_callertype": "parent",
        "hotline_topic": Topic.objects.all()[0].pk,
    }
    client = browser(people.administrator)
    for what, key in rows.items():
        assert client.get(reverse(f"admin:{what}_changelist"), {"q": "a"}).status_code == 200
        assert client.get(reverse(f"admin:{what}_change", args=[key])).status_code == 200
    for what in (
        "accounts_user",
        "accounts_membership",
        "accounts_organisation",
        "hotline_callertype",
        "hotline_topic",
    ):
        assert client.get(reverse(f"admin:{what}_add")).status_code == 200


def test_a_new_user_signs_in_with_the_first_password(people: People) -> None:
    answer = add(people, "accounts_user", email="New@Example.org", name="New Person", language="de", password=PASSWORD)
    made = User.objects.get(email="new@example.org")
    assert answer.status_code == 302
    assert (made.name, made.language, made.made_by) == ("New Person", "de", people.administrator)
    client = Client()
    signed_in = client.post("/accounts/login/", {"login": "new@example.org", "password": PASSWORD})
    assert (signed_in.status_code, client.session.get("_auth_user_id")) == (302, str(made.pk))


@pytest.mark.parametrize(("email", "password"), [("other@example.org", "short"), ("", PASSWORD)])
def test_a_weak_password_or_a_known_address_is_told(people: People, email: str, password: str) -> None:
    number = User.objects.count()
    email = email or people.handler.email.upper()
    answer = add(people, "accounts_user", email=email, name="New Person", language="en", password=password)
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert User.objects.count() == number


def test_a_role_begins_and_ends_by_the_administrator_and_ends_sessions(people: People) -> None:
    browser(people.worker)
    role = {"user": people.worker.pk, "organisation": people.centre.pk, "role": "handler"}
    for _time in range(2):
        assert add(people, "accounts_membership", **role).status_code == 302
    assert not _is_signed_in(people.worker)
    membership = Membership.objects.get(user=people.worker, organisation=people.centre)
    assert membership.granted_by == people.administrator
    browser(people.worker)
    act(people.administrator, "accounts_membership", "end", membership.pk)
    membership.refresh_from_db()
    assert membership.ended_by == people.administrator
    assert not _is_signed_in(people.worker)


def _is_signed_in(user: User) -> bool:
    return any(session.get_decoded().get("_auth_user_id") == str(user.pk) for session in Session.objects.all())


def test_nobody_grants_or_ends_a_role_of_their_own(people: People) -> None:
    me = people.administrator
    assert (
        add(people, "accounts_membership", user=me.pk, organisation=people.centre.pk, role="coordinator").status_code
        == 200
    )
    act(me, "accounts_membership", "end", *(one.pk for one in me.active_memberships))
    act(me, "accounts_user", "deactivate", me.pk)
    assert Membership.objects.active().filter(user=me).count() == 1
    assert User.objects.get(pk=me.pk).is_active


def test_a_person_who_leaves_loses_roles_and_sessions(people: People) -> None:
    browser(people.handler)
    act(people.administrator, "accounts_user", "deactivate", people.handler.pk)
    assert not User.objects.get(pk=people.handler.pk).is_active
    assert not Membership.objects.active().filter(user=people.handler).exists()
    assert not _is_signed_in(people.handler)


@pytest.mark.parametrize("what", ["accounts_user", "accounts_membership", "accounts_organisation", "hotline_topic"])
def test_nothing_is_deleted(people: People, what: str) -> None:
    keys = {
        "accounts_user": people.handler.pk,
        "accounts_membership": people.handler.active_memberships[0].pk,
        "accounts_organisation": people.partner.pk,
        "hotline_topic": Topic.objects.all()[0].pk,
    }
    address = reverse(f"admin:{what}_delete", args=[keys[what]])
    assert browser(people.administrator).post(address, {"post": "yes"}).status_code == 403


def test_an_organisation_is_added(people: People) -> None:
    values = {"name": "Example Partner South", "kind": "partner", "country": "DE", "time_zone": "Europe/Berlin"}
    assert add(people, "accounts_organisation", **values).status_code == 302
    assert Organisation.objects.filter(**values).count() == 1


def test_a_list_grows_without_code_and_its_codes_stay(people: People) -> None:
    words = {"label_en": "Landlord", "label_fr": "Bailleur", "label_de": "Vermieter", "position": 9}
    assert add(people, "hotline_callertype", code="landlord", parent="private_circle", **words).status_code == 302
    address = reverse("admin:hotline_callertype_change", args=["landlord"])
    browser(people.administrator).post(address, {**words, "code": "other", "is_retired": "on"})
    landlord = CallerType.objects.get(pk="landlord")
    assert (landlord.is_retired, landlord.parent_id) == (True, None)
