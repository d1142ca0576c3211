"""Signing in as a person does it: through the form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from past_policies import change, insert
from people import PASSWORD, People

from foundation.accounts.models import PasswordHash, User

WRONG = "not the password"
AXES_LIMIT = 8


@pytest.fixture(autouse=True)
def _no_memory_of_earlier_attempts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(login: str, password: str = PASSWORD, address: str = "192.0.2.1") -> tuple[Any, bool]:
    """The answer, and whether the browser is signed in now."""
    browser = Client(REMOTE_ADDR=address)
    answer = browser.post("/accounts/login/", {"login": login, "password": password})
    return answer, "_auth_user_id" in browser.session


def test_a_person_signs_in_by_email(people: People) -> None:
    answer, is_in = sign_in(people.handler.email)
    assert (answer.status_code, answer["Location"], is_in) == (302, "/", True)


def test_the_case_of_the_address_does_not_matter(people: People) -> None:
    assert sign_in(people.handler.email.upper())[1]


@pytest.mark.parametrize("login", ["known", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_look_the_same(people: People, login: str) -> None:
    answer, is_in = sign_in(people.handler.email if login == "known" else login, WRONG)
    assert (answer.status_code, is_in) == (200, False)
    assert "The email address and/or password you specified are not correct." in answer.content.decode()


def test_somebody_who_was_deactivated_does_not_get_in(people: People) -> None:
    change(User.objects.filter(pk=people.handler.pk), is_active=False)
    assert not sign_in(people.handler.email)[1]


def test_deactivation_ends_an_open_session(people: People) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": people.handler.email, "password": PASSWORD})
    change(User.objects.filter(pk=people.handler.pk), is_active=False)
    assert browser.get("/accounts/password/change/").status_code == 302


@pytest.mark.parametrize("password", ["!", "", PASSWORD])
def test_a_service_cannot_sign_in(password: str, db: None) -> None:
    service = User.objects.get(service="relay")
    assert not sign_in(service.email, password)[1]


def test_a_service_cannot_sign_in_even_with_a_password(db: None) -> None:
    change(User.objects.filter(service="relay"), stamp="with a password")
    insert([PasswordHash(user=User.objects.get(service="relay"), encoded=make_password(PASSWORD))])
    assert not sign_in(User.objects.get(service="relay").email)[1]


def test_nobody_can_sign_up(db: None) -> None:
    before = User.objects.count()
    fields = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    assert b'<form method="post"' not in Client().get("/accounts/signup/").content.replace(b"'", b'"')
    Client().post("/accounts/signup/", fields)
    assert User.objects.count() == before
    assert not sign_in("new@example.org")[1]


def fail(login: str, times: int, address: str = "192.0.2.1") -> None:
    for _attempt in range(times):
        sign_in(login, WRONG, address)


def test_too_many_failures_lock_that_person_at_that_address_only(people: People, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    fail(people.handler.email, AXES_LIMIT)
    assert not sign_in(people.handler.email)[1]
    assert sign_in(people.colleague.email)[1]
    assert sign_in(people.handler.email, address="192.0.2.2")[1]
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == [people.handler.email]


def test_spelling_the_address_otherwise_gives_no_further_attempts(people: People, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    fail(people.handler.email, AXES_LIMIT - 1)
    fail(people.handler.email.upper(), 1)
    assert not sign_in(people.handler.email)[1]


def test_successful_sign_in_resets_failures(people: People, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    fail(people.handler.email, AXES_LIMIT - 1)
    assert sign_in(people.handler.email)[1]
    fail(people.handler.email, AXES_LIMIT - 1)
    assert sign_in(people.handler.email)[1]


def test_attempts_are_slowed_before_they_lock(people: People) -> None:
    fail(people.handler.email, 5)
    assert not sign_in(people.handler.email)[1]
    assert sign_in(people.colleague.email)[1]


def test_failures_at_one_address_slow_everybody_there_a_little(people: People) -> None:
    for number in range(10):
        sign_in(f"nobody{number}@example.org", WRONG)
    assert not sign_in(people.handler.email)[1]
    assert sign_in(people.handler.email, address="192.0.2.2")[1]
