"""Before a sensitive step the person shows again who they are, and goes on where they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from html_forms import HtmlForm, forms_of
from past_policies import insert, new_keys
from people import PASSWORD, People, as_user
from web import new_app_code, sign_in

PASSWORD_PAGE = "/accounts/reauthenticate/"
CODE_PAGE = "/accounts/2fa/reauthenticate/"
NEW_CODES = "/accounts/2fa/recovery-codes/generate/"


@pytest.fixture(autouse=True)
def _no_memory_of_earlier_attempts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def client(people: People) -> Client:
    """Of an administrator who has signed in a moment ago."""
    client = Client(headers={"Accept": "text/html"})
    sign_in(client, people.administrator)
    return client


Later = Callable[[int], Any]


@pytest.fixture
def later() -> Later:
    return lambda minutes: time_machine.travel(timezone.now() + timedelta(minutes=minutes))


def asked(address: str, page: str = PASSWORD_PAGE) -> str:
    return f"{page}?{urlencode({'next': address})}"


def removal(people: People) -> str:
    return reverse("accounts:remove_second_factor", args=[people.handler.pk])


@pytest.mark.parametrize(("minutes", "is_asked"), [(0, False), (4, False), (6, True)])
def test_signing_in_is_a_proof_for_some_minutes(
    people: People, client: Client, later: Later, minutes: int, is_asked: bool
) -> None:
    with later(minutes):
        answer = client.get(removal(people))
    assert (answer.status_code, answer.headers.get("Location")) == (
        (302, asked(removal(people))) if is_asked else (200, None)
    )


@pytest.mark.parametrize("way", ["password", "code"])
def test_proof_leads_back(people: People, client: Client, later: Later, way: str) -> None:
    code = new_app_code(people.administrator)
    with later(6):
        code = new_app_code(people.administrator)
        page, value = (PASSWORD_PAGE, PASSWORD) if way == "password" else (CODE_PAGE, code)
        field = "password" if way == "password" else "code"
        assert client.get(asked(removal(people), page)).status_code == 200
        answer = client.post(page, {field: value, "next": removal(people)})
        assert answer.headers["Location"] == removal(people)
        assert client.get(removal(people)).status_code == 200


def test_wrong_password_leads_nowhere(people: People, client: Client, later: Later) -> None:
    with later(6):
        assert client.post(PASSWORD_PAGE, {"password": "wrong", "next": removal(people)}).status_code == 200
        assert client.get(removal(people)).status_code == 302


def test_proof_leads_to_no_other_site(people: People, client: Client, later: Later) -> None:
    with later(6):
        answer = client.post(PASSWORD_PAGE, {"password": PASSWORD, "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def edit_form(client: Client, address: str) -> HtmlForm:
    (form,) = [form for form in forms_of(client.get(address).content.decode(), address) if "name" in form.data()]
    return form


def test_typed_text_is_back_in_its_form_and_nothing_was_sent(people: People, client: Client, later: Later) -> None:
    new_app_code(people.administrator)
    own, data = people.administrator, {"name": "Before"}
    passkey = as_user(own, Authenticator.objects.create, user=own, type="webauthn", data=data)
    address = f"/accounts/2fa/webauthn/keys/{passkey.pk}/edit/"
    form = edit_form(client, address)
    data = {**form.data(), "name": ["Afterwards"]}
    with later(6):
        assert client.post(address, data).headers["Location"] == asked(address)
        assert "Afterwards" not in str(dict(client.session))
        assert "typed-text" not in client.get(asked(address)).content.decode()
        client.post(PASSWORD_PAGE, {"password": PASSWORD, "next": address})
        back = edit_form(client, address)
        assert back.data()["name"] == ["Afterwards"]
        as_user(own, passkey.refresh_from_db)
        assert passkey.data["name"] == "Before"
        client.post(address, back.data())
        as_user(own, passkey.refresh_from_db)
        assert passkey.data["name"] == "Afterwards"


def test_part_of_a_page_leads_the_whole_page_to_the_question(people: People, client: Client, later: Later) -> None:
    with later(6):
        answer = client.get(removal(people), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == asked(removal(people))


def test_somebody_who_may_not_is_not_even_asked(people: People, later: Later) -> None:
    client = Client(headers={"Accept": "text/html"})
    sign_in(client, people.handler)
    with later(6):
        assert client.get(removal(people)).status_code == 404


@pytest.mark.parametrize("address", [NEW_CODES, "/accounts/2fa/webauthn/add/", "/accounts/2fa/recovery-codes/"])
def test_own_factors_need_a_proof(people: People, client: Client, later: Later, address: str) -> None:
    client.post(NEW_CODES)
    new_app_code(people.administrator)
    client.post(NEW_CODES)
    with later(6):
        assert client.get(address).headers["Location"] == asked(address)
        assert client.post(address).status_code in (302, 405)


def test_export_needs_a_proof(people: People, later: Later) -> None:
    client = Client(headers={"Accept": "text/html"})
    sign_in(client, people.funder)
    address = reverse("publishing:download", args=["00000000-0000-4000-8000-000000000001", "csv"])
    assert client.get(address).status_code == 404
    with later(6):
        assert client.get(address).headers["Location"] == asked(address)


@pytest.mark.parametrize("action", ["action_add", "action_primary", "action_remove", "action_send"])
def test_session_cannot_add_an_address(people: People, client: Client, action: str) -> None:
    """Finding 6: a reset sent to an added address changed the password; somebody else's could be added, too."""
    for address in ("stranger@example.org", people.handler.email):
        assert client.post("/accounts/email/", {"email": address, action: ""}).status_code == 404
    assert client.get("/accounts/email/").status_code == 404
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize("address", ["/accounts/confirm-email/", "/accounts/confirm-email/MQ:1a:x/"])
def test_no_link_confirms_an_address(client: Client, address: str) -> None:
    assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)


def test_reset_goes_to_the_address_of_the_account_only(people: People) -> None:
    """Also if a row of allauth's table says otherwise."""
    made = EmailAddress(pk=new_keys(EmailAddress)[0], user=people.handler, email="stranger@example.org")
    insert([made])
    Client().post("/accounts/password/reset/", {"email": "stranger@example.org"})
    assert [one.to for one in mail.outbox if "/password/reset/key/" in one.body] == []
