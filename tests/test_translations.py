"""Every text of the interface is translated into German and French, consistently, and used on pages."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polib
import pytest
from contacts import a_contact, browser
from django.conf import settings
from django.test import Client
from django.urls import reverse
from past_policies import change
from people import People
from referrals import draft, make_case, offered, ready

from config import messages
from config.messages import (
    APPS,
    CHECKOUT,
    PLURALS,
    CatalogueSource,
    NotLiteral,
    in_python,
    in_template,
    problems,
    words,
)
from foundation.accounts.models import User

LANGUAGES = sorted(PLURALS)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
#: Signs that must stand at the end of the translation too; a colon before a value reads as a colon in every language.
FINAL = ".:?!…"


def entries(language: str) -> Iterator[polib.POEntry]:
    for app in APPS:
        yield from messages.read(app, language)


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Each text with its translation; a plural gives one pair for each form."""
    for entry in entries(language):
        yield from zip((entry.msgid, entry.msgid_plural or entry.msgid), words(entry), strict=False)


# --- the catalogues ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_one_agreed_translation_and_nothing_is_left_over(language: str) -> None:
    assert list(problems(language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_names_the_same_values(language: str) -> None:
    assert [
        (entry.msgid, said)
        for entry in entries(language)
        for said in words(entry)
        if sorted(PLACEHOLDER.findall(said))
        not in (sorted(PLACEHOLDER.findall(entry.msgid)), sorted(PLACEHOLDER.findall(entry.msgid_plural or "")))
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_has_all_its_forms(language: str) -> None:
    several = [entry for entry in entries(language) if entry.msgid_plural]
    assert several
    assert [entry.msgid for entry in several if sorted(entry.msgstr_plural) != [0, 1]] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_begins_and_ends_like_its_source(language: str) -> None:
    def edges(text: str) -> tuple[str, str, str]:
        return text[:1].strip(), text[-1:].strip(), text[-1] if text[-1] in FINAL else ""

    def differ(source: str, said: str) -> bool:
        (start, end, final), (other_start, other_end, other_final) = edges(source), edges(said)
        return (bool(start), bool(end), final) != (bool(other_start), bool(other_end), other_final)

    assert [pair for pair in pairs(language) if differ(*pair)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_was_left_in_english(language: str) -> None:
    assert [source for source, said in pairs(language) if said == source and len(source.split()) > 3] == []


def test_french_texts_have_french_typography() -> None:
    """No straight apostrophe, and a space that does not break before ; : ? ! and inside « »."""
    wrong = re.compile(r"'|[^\u00a0\u202f%\d\w)][;?!]|[\w)][;?!»]| [;:?!»]|[\w)]:(?=\s|$)|«(?!\u00a0)")
    assert [said for _, said in pairs("fr") if wrong.search(PLACEHOLDER.sub("x", said))] == []


def test_german_texts_have_german_typography() -> None:
    wrong = re.compile(r"\*innen|:innen|_innen|\w\.\.\.|[“\"][^„“\"]*\"|\bdu\b", re.IGNORECASE)
    assert [said for _, said in pairs("de") if wrong.search(said)] == []


# --- how they are made ------------------------------------------------------------------------------------------------


def test_what_python_hands_to_gettext_is_found_under_any_name() -> None:
    code = """
from django.utils.translation import gettext_lazy as _, ngettext as several, pgettext
_("one " "text"), several("%(n)s day", "%(n)s days", 2), pgettext("button", "Open"), other("nothing")
"""
    assert list(in_python(code, "x.py")) == [
        CatalogueSource("one text"), CatalogueSource("%(n)s day", plural="%(n)s days"),
        CatalogueSource("Open", "button"),
    ]  # fmt: skip


def test_what_templates_hand_to_gettext_is_found() -> None:
    html = """{% translate "Don't" %}{% translate "Open" context "button" %}{{ _("in a variable") }}
{% include "x.html" with title=_("as an argument") %}{{ name|default:_("in a filter") }}
{% blocktranslate trimmed count n=n %}
  {{ n }} day
{% plural %}
  {{ n }} days
{% endblocktranslate %}{% comment %}{% translate "not this" %}{% endcomment %}"""
    assert list(in_template(html, "x.html")) == [
        CatalogueSource("Don't"), CatalogueSource("Open", "button"), CatalogueSource("in a variable"),
        CatalogueSource("as an argument"),
        CatalogueSource("in a filter"), CatalogueSource("%(n)s day", plural="%(n)s days"),
    ]  # fmt: skip


def test_a_text_that_cannot_be_found_is_refused_with_its_place() -> None:
    code = "from django.utils.translation import gettext as _\n\n_(f'{name} is away')\n"
    with pytest.raises(NotLiteral, match=r"x\.py:3"):
        list(in_python(code, "x.py"))


def _keep(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.messages", *arguments]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False, timeout=60)


def test_catalogues_match_the_sources_without_fuzzy_entries(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "__init__.py").touch()
    shutil.copy(CHECKOUT / "config" / "messages.py", tmp_path / "config")
    page = tmp_path / "triage" / "templates" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text('{% translate "Callback" %}{% translate "Gone soon" %}', encoding="utf-8")
    assert "triage de: not in the catalogue: 'Callback'" in _keep(tmp_path, "--check").stderr
    assert "triage de: not translated: 'Callback'" in _keep(tmp_path).stderr
    path = tmp_path / "triage" / "locale" / "de" / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        entry.msgstr = "Rückruf"
    catalogue.save()
    page.write_text('{% translate "Callback" %}{% translate "Callbacks" %}', encoding="utf-8")
    _keep(tmp_path)
    once = path.read_bytes()
    assert [(entry.msgid, entry.msgstr) for entry in polib.pofile(str(path))] == [
        ("Callback", "Rückruf"), ("Callbacks", ""),
    ]  # fmt: skip
    _keep(tmp_path)
    assert path.read_bytes() == once
    assert str(tmp_path) not in once.decode()


# --- the pages --------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The texts of a page, also those that a screen reader reads from attributes."""

    SPOKEN = ("title", "placeholder", "aria-label", "alt", "data-label", "data-shortcut-label", "data-announce")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.language = ""
        self.texts: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag == "html":
            self.language = values.get("lang") or ""
        spoken = [value for name, value in values.items() if name in self.SPOKEN or name.startswith("data-text-")]
        self.texts.update(" ".join(value.split()) for value in spoken if value)

    def handle_data(self, data: str) -> None:
        self.texts.add(" ".join(data.split()))


def english(language: str) -> set[str]:
    """Sources that are no words of that language: where one stands on a page, it was not translated."""
    said = {translation for _, translation in pairs(language)}
    own_name = {"English"}  # in the menu of languages, where each is called as it calls itself
    return {source for source, _ in pairs(language) if PLACEHOLDER.search(source) is None} - said - own_name


def page_of(client: Client, language: str, path: str, status: int = 200) -> Page:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language  # for visitors; whoever has signed in has a profile
    change(User.objects.filter(pk=client.session.get("_auth_user_id")), language=language)
    answer: Any = client.get(path)
    assert answer.status_code == status, path
    return Page(answer.content.decode())


@dataclass(frozen=True)
class Busy:
    """People with content on every page."""

    people: People
    pages: dict[User, list[str]]


@pytest.fixture
def busy(db: None) -> Busy:
    """A contact on the desk, a case that was offered and one whose offer is prepared; who reads which page of it."""
    people = ready()
    contact = a_contact(people.handler, notes="n")
    referral, prepared = offered(people), draft(people, make_case(people))
    return Busy(
        people,
        {
            people.handler: [
                *map(reverse, ["hotline:desk", "hotline:contacts", "hotline:callbacks", "hotline:plan_callback"]),
                *map(reverse, ["hotline:search", "hotline:part_open", "hotline:part_today", "cases:list"]),
                *(reverse(name, args=[contact]) for name in ["hotline:contact", "hotline:desk_contact"]),
                *(reverse(name, args=[contact]) for name in ["hotline:place", "triage:panel"]),
                *(reverse(name, args=[referral.case_id]) for name in ["cases:case", "handoff:partners"]),
                *(reverse("handoff:referral", args=[pk]) for pk in [referral.pk, prepared.pk]),
            ],
            people.coordinator: [
                *map(reverse, ["handoff:board", "reporting:live", "triage:confirmations"]),
                *map(reverse, ["regions:network", "regions:partners", "regions:liaisons", "regions:new_liaison"]),
                reverse("regions:partner", args=[people.partner.pk]),
            ],
            people.worker: [reverse("handoff:inbox"), reverse("handoff:partner_referral", args=[referral.pk])],
            people.administrator: [
                *map(reverse, ["accounts:administration", "accounts:users", "accounts:new_user"]),
                *map(reverse, ["accounts:organisations", "accounts:new_organisation"]),
                reverse("accounts:user", args=[people.handler.pk]),
                reverse("accounts:edit_user", args=[people.handler.pk]),
                reverse("accounts:organisation", args=[people.partner.pk]),
                reverse("accounts:edit_organisation", args=[people.partner.pk]),
                reverse("admin:index"),
            ],
        },
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_in_the_readers_language(busy: Busy, language: str) -> None:
    unknown = english(language)
    left: dict[str, set[str]] = {}
    for user, paths in busy.pages.items():
        for path in paths:
            page = page_of(browser(user), language, path)
            assert page.language in {language, ""}, path  # a part of a page has no <html>
            left[path] = page.texts & unknown
    assert {path: texts for path, texts in left.items() if texts} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sign_in_and_404_page_are_in_the_readers_language(db: None, language: str) -> None:
    for path, status in (("/accounts/login/", 200), ("/nothing/", 404)):
        page = page_of(Client(), language, path, status)
        assert page.language == language
        assert page.texts & english(language) == set()
