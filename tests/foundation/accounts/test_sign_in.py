"""Signing in as a person does it: through the form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.core.cache import cache
from django.test import Client, RequestFactory
from past_policies import change, insert
from people import PASSWORD, People
from web import new_app_code

from foundation.accounts.client_address import client_address
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


def test_stranger_elsewhere_locks_nobody_out(people: People) -> None:
    """Finding 5: five failures under a name locked it from every address."""
    fail(people.handler.email, 2 * AXES_LIMIT, address="198.51.100.7")
    assert sign_in(people.handler.email)[1]


def test_invented_names_lock_no_address(people: People) -> None:
    """Finding 5: ten failures under invented names locked everybody at the address."""
    for number in range(20):
        sign_in(f"nobody{number}@example.org", WRONG)
    assert sign_in(people.handler.email)[1]


def test_processes_count_together(people: People) -> None:
    for _attempt in range(AXES_LIMIT):
        cache.clear()  # as in a process that knows nothing of the others
        sign_in(people.handler.email, WRONG)
    cache.clear()
    assert not sign_in(people.handler.email)[1]


def test_wrong_codes_count_for_all_processes(people: People) -> None:
    code = new_app_code(people.handler)
    browser = Client(REMOTE_ADDR="192.0.2.1")
    browser.post("/accounts/login/", {"login": people.handler.email, "password": PASSWORD})
    for _attempt in range(AXES_LIMIT):
        cache.clear()
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    cache.clear()
    browser.post("/accounts/2fa/authenticate/", {"code": code})
    assert "_auth_user_id" not in browser.session
    assert "000000" not in str(list(AccessAttempt.objects.values_list("post_data", flat=True)))


def test_reset_for_somebody_is_not_blocked_by_strangers(people: People) -> None:
    for _attempt in range(8):
        Client(REMOTE_ADDR="198.51.100.7").post("/accounts/password/reset/", {"email": people.handler.email})
    mail.outbox.clear()
    Client(REMOTE_ADDR="192.0.2.1").post("/accounts/password/reset/", {"email": people.handler.email})
    assert [one.to for one in mail.outbox] == [[people.handler.email]]


def test_resets_from_one_address_are_limited(people: People) -> None:
    answers = [
        Client(REMOTE_ADDR="198.51.100.7").post("/accounts/password/reset/", {"email": people.handler.email})
        for _attempt in range(12)
    ]
    assert [answer.status_code for answer in answers][-1] == 429
    assert len(mail.outbox) == 10


def test_nothing_is_kept_of_those_who_got_in(people: People) -> None:
    assert sign_in(people.handler.email)[1]
    assert not AccessLog.objects.exists()


def test_people_behind_a_proxy_are_told_apart(people: People, settings: Any) -> None:
    """Finding 5: behind a proxy all shared one address."""
    settings.TRUSTED_PROXIES = 1

    def through(proxy: str, password: str) -> bool:
        browser = Client(REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": proxy})
        browser.post("/accounts/login/", {"login": people.handler.email, "password": password})
        return "_auth_user_id" in browser.session

    for number in range(AXES_LIMIT + 1):
        through(f"203.0.113.{number}, 198.51.100.7", WRONG)  # what the browser itself wrote is not believed
    assert not through("198.51.100.7", PASSWORD)
    assert through("192.0.2.1", PASSWORD)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.1", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "1.2.3.4, 203.0.113.1", "203.0.113.1"),
        (2, "1.2.3.4, 203.0.113.1, 10.0.0.2", "203.0.113.1"),
        (2, "203.0.113.1", "192.0.2.1"),
        (1, "not an address", "192.0.2.1"),
        (1, "::ffff:203.0.113.1", "203.0.113.1"),
        (1, "[2001:db8:1:2:3:4:5:6]", "2001:db8:1:2::"),
    ],
)
def test_address_of_a_browser(proxies: int, forwarded: str, expected: str, settings: Any) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers=headers)) == expected
