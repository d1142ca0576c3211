"""Texts of the sign-in in three languages: no numbers of users, no foreign words, one tone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from past_policies import change
from people import PASSWORD, People, as_user, make_user
from web import browser, sign_in_by_form

from config import messages
from foundation.accounts.actions import end_role
from foundation.accounts.models import Membership, User
from foundation.accounts.roles import Role
from foundation.accounts.sign_in_texts import TEXTS

LANGUAGES = ["en", "de", "fr"]
FAMILIAR = re.compile(r"\b(du|dein\w*|dir|dich|Du|Dein\w*|Dir|Dich)\b")


@pytest.fixture(autouse=True)
def _no_memory_of_earlier_attempts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(user: User, language: str = "en", password: str = PASSWORD) -> Any:
    client = Client()
    client.cookies["django_language"] = language
    return sign_in_by_form(client, user, password)


@pytest.mark.parametrize("language", LANGUAGES)
def test_signing_in_names_no_number(people: People, language: str) -> None:
    page = sign_in(people.handler, language).content.decode()
    assert f"user {people.handler.pk}" not in page
    assert 'class="notice success"' not in page
    assert people.handler.name in page


@pytest.mark.parametrize(
    ("language", "words", "never"),
    [
        ("en", "Not signed in.", "Not saved"),
        ("de", "Nicht angemeldet.", "gespeichert"),
        ("fr", "Connexion refusée.", "enregistré"),
    ],
)
def test_wrong_password_has_its_own_message(people: People, language: str, words: str, never: str) -> None:
    page = sign_in(people.handler, language, "wrong").content.decode().partition("<main")[2].partition("</main")[0]
    assert words in page
    assert never not in page


@pytest.mark.parametrize("language", ["de", "fr"])
def test_locked_account_is_told_in_the_language_of_the_page(people: People, language: str, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    for _attempt in range(9):
        answer = sign_in(people.handler, language, "wrong")
    page = answer.content.decode()
    assert answer.status_code == 429
    assert "15" in page
    assert {"de": "zu viele falsche Versuche", "fr": "Il y a eu trop de tentatives erronées"}[language] in page
    assert "Account locked" not in page


@pytest.mark.parametrize(
    ("language", "words"), [("en", "has no role yet"), ("de", "noch keine Rolle"), ("fr", "pas encore de rôle")]
)
def test_user_without_a_role_is_told_whom_to_ask(people: People, language: str, words: str) -> None:
    page = browser(make_user(language=language)).get("/").content.decode()
    assert words in page
    assert people.administrator.name in page
    assert people.administrator.email in page
    assert people.coordinator.name not in page


def test_user_whose_role_has_ended_reads_the_same(people: People) -> None:
    role = Membership.objects.get(user=people.handler)
    as_user(people.administrator, end_role, by=people.administrator, membership=role)
    assert "has no role yet" in browser(people.handler).get("/").content.decode()


def test_without_any_administrator_it_says_who_makes_one(people: People) -> None:
    administrators = Membership.objects.filter(role=Role.ADMINISTRATOR)
    change(administrators, ended_at=timezone.now(), ended_by=people.administrator)
    page = browser(make_user()).get("/").content.decode()
    assert "Whoever runs this installation" in page


def test_every_role_begins_with_a_page(people: People) -> None:
    for person in people.everybody:
        assert browser(person).get("/").status_code == 302


@pytest.mark.parametrize("text", TEXTS)
def test_texts_of_the_sign_in_keep_the_formal_tone(text: str) -> None:
    from django.utils.translation import gettext

    with override("de"):
        assert gettext(text) != text
        assert not FAMILIAR.search(gettext(text))


def test_no_german_text_of_ours_is_familiar() -> None:
    said = [words for app in messages.APPS for entry in messages.read(app, "de") for words in messages.words(entry)]
    assert said
    assert [words for words in said if FAMILIAR.search(words)] == []


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("path", ["password/reset/", "password/change/", "logout/", "login/"])
def test_pages_of_the_account_are_in_one_language_and_tone(people: People, language: str, path: str) -> None:
    change(User.objects.filter(pk=people.handler.pk), language=language)
    text = browser(people.handler).get(f"/accounts/{path}", follow=True).content.decode()
    main = text.partition("<main")[2].partition("</main")[0]
    assert not re.search(r"\b(you|your|the|please)\b", re.sub(r"<[^>]*>", " ", main), re.IGNORECASE)
    assert language != "de" or not FAMILIAR.search(re.sub(r"<[^>]*>", " ", main))


def test_silent_call_is_a_noun_in_german() -> None:
    from hotline.contacts.vocabulary import Kind

    with override("de"):
        assert str(Kind.SILENT.label) == "Schweigeanruf"


def test_too_many_attempts_have_a_page_of_our_own(people: People, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    sign_in(people.handler, password="wrong")
    answer = sign_in(people.handler, "de", password="wrong")
    assert (answer.status_code, "Zu viele Versuche" in answer.content.decode()) == (429, True)


BAD_REQUEST = {"en": "could not be understood", "de": "war nicht verständlich", "fr": "n’a pas pu être comprise"}


@pytest.mark.parametrize("language", list(BAD_REQUEST))
def test_bad_request_is_told_in_the_words_of_the_reader(people: People, language: str) -> None:
    change(User.objects.filter(pk=people.handler.pk), language=language)
    answer = browser(people.handler).post(reverse("switchboard:choose"), {"state": "nonsense"})
    text = answer.content.decode()
    assert answer.status_code == 400
    assert [code for code, words in BAD_REQUEST.items() if words in text] == [language]
    assert f'<html lang="{language}"' in text
    assert 'class="top-nav"' in text


def test_request_to_a_foreign_host_is_refused_in_all_languages(client: Client) -> None:
    answer = client.get("/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert all(words in answer.content.decode() for words in ("understood", "n’a pas pu", "nicht verständlich"))


def test_too_many_attempts_and_an_old_page_leave_the_choice_of_language(people: People, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    reset = reverse("account_reset_password")
    pages = [Client().post(reset, {"email": people.handler.email}) for _number in range(2)]
    strict = Client(enforce_csrf_checks=True)
    pages.append(strict.post(reset, {"email": people.handler.email}))
    assert [page.status_code for page in pages] == [302, 429, 403]
    assert ["visitor-menu" in page.content.decode() for page in pages] == [False, True, True]
