"""The language of the profile is the language of the pages, parts, messages and e-mails; switching saves it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from past_policies import change
from people import PASSWORD, People, make_user
from web import browser, sign_in_by_form

from foundation.accounts.actions import choose_language
from foundation.accounts.models import User

DESK = {"en": "Desk", "de": "Arbeitsplatz", "fr": "Poste"}


def speaks(user: User, language: str) -> None:
    change(User.objects.filter(pk=user.pk), language=language)


def language_of(answer: Any) -> str:
    return str(answer.content.decode().partition('<html lang="')[2][:2])


@pytest.mark.parametrize("cookie", ["", "en", "fr"])
@pytest.mark.parametrize("accepts", ["", "en-GB", "fr"])
def test_profile_wins_over_cookie_and_browser(people: People, cookie: str, accepts: str) -> None:
    speaks(people.handler, "de")
    client = browser(people.handler)
    if cookie:
        client.cookies["django_language"] = cookie
    answer = client.get(reverse("hotline:desk"), headers={"Accept-Language": accepts})
    assert (language_of(answer), answer["Content-Language"]) == ("de", "de")


def test_switching_in_the_menu_saves_for_every_browser(people: People) -> None:
    client = browser(people.handler)
    answer = client.post(reverse("accounts:set_language"), {"language": "fr", "next": "/desk/"}, follow=True)
    assert language_of(answer) == "fr"
    assert User.objects.get(pk=people.handler.pk).language == "fr"
    assert language_of(browser(people.handler).get(reverse("hotline:desk"))) == "fr"
    client.post(reverse("accounts:set_language"), {"language": "fr", "next": "/desk/"})
    assert User.objects.get(pk=people.handler.pk).language == "fr"


@pytest.mark.parametrize("language", ["xx", "", "de-AT\0", "EN", "english" * 20])
def test_language_that_there_is_not_changes_nothing(people: People, language: str) -> None:
    client = browser(people.handler)
    assert client.post(reverse("accounts:set_language"), {"language": language}).status_code == 302
    assert User.objects.get(pk=people.handler.pk).language == "en"
    with pytest.raises(ValueError, match=re.escape(language) or "^$"):
        choose_language(by=people.handler, language=language)


def test_visitor_chooses_for_the_browser_alone(people: People) -> None:
    client = Client()
    client.post(reverse("accounts:set_language"), {"language": "de", "next": "/accounts/login/"})
    assert language_of(client.get("/accounts/login/")) == "de"
    assert set(User.objects.values_list("language", flat=True)) == {"en"}


def test_profile_counts_from_the_sign_in_on_and_the_cookie_after_it(people: People) -> None:
    speaks(people.handler, "fr")
    client = Client()
    client.cookies["django_language"] = "de"
    assert language_of(client.get("/accounts/login/")) == "de"
    assert language_of(sign_in_by_form(client, people.handler, PASSWORD)) == "fr"
    assert language_of(client.post("/accounts/logout/", follow=True)) == "de"


def test_language_of_a_request_is_not_kept_in_the_thread(people: People) -> None:
    speaks(people.handler, "fr")
    browser(people.handler).get(reverse("hotline:desk"))
    assert language_of(Client().get("/accounts/login/")) == "en"
    assert language_of(browser(people.colleague).get(reverse("hotline:desk"))) == "en"


def test_fragments_messages_and_errors_are_in_the_language_of_the_profile(people: People) -> None:
    speaks(people.handler, "de")
    client = browser(people.handler)
    part = client.get(reverse("ui:nav_counts"), headers={"HX-Request": "true", "Accept-Language": "en"})
    assert part["Content-Language"] == "de"
    assert language_of(client.get("/nowhere/", headers={"Accept-Language": "en"})) == "de"
    said = client.post("/accounts/password/change/", {"oldpassword": "x", "password1": "y", "password2": "z"})
    assert "Bitte geben Sie Ihr aktuelles Passwort ein." in said.content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Sie erhalten diese E-Mail"), ("fr", "Vous recevez cet e-mail")]
)
def test_email_speaks_the_language_of_whom_it_is_for(db: None, language: str, words: str) -> None:
    person = make_user(language=language)
    Client().post("/accounts/password/reset/", {"email": person.email}, headers={"Accept-Language": "en"})
    assert words in mail.outbox[-1].body
