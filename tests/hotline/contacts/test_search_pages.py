"""Common words are found by scanning the newest contacts, rare ones by the index; both give the same pages."""

from __future__ import annotations

import random
import uuid
from datetime import timedelta

import pytest
from contacts import a_contact, browser, url
from django.utils import timezone
from people import People, as_user

from foundation.accounts.models import User
from hotline.contacts.models import Contact
from hotline.contacts.search import fits, matching, page_of_found, read
from regions.loading import load_regions, replace_postal_codes
from regions.postal_code_table import PostalCodeRow

TITLES = ["Anruf Schule", "Anruf", "100% xy", "Köln_West", "Straße 5", "a\\b", "", "Müller-Schule", "Schulausflug Köln"]
PLACES = [("DE", "50667", ""), ("DE", "", "Köln"), ("FR", "50667", ""), ("DE", "04109", "Leipzig"), ("DE", "", "")]
ASKED = [
    "anruf", "schule anruf", "koln", "Ko\u0308ln", "0%", "1%0", "_w", "a\\b", "\\b", "strasse", "e 5", "50667",
    "D-50667 Köln", "köln anruf", "leipzig köln", "an", "ko schule", "ailleurs", "mueller", "xyz", "' or true --",
]  # fmt: skip


@pytest.fixture
def stored(people: People) -> People:
    load_regions(["DE", "FR"])
    replace_postal_codes(
        [PostalCodeRow("DE", "50667", "Köln", "DE-NW", True), PostalCodeRow("FR", "50667", "Ailleurs", "FR-50", True)]
    )
    for title in TITLES:
        for country, code, town in PLACES:
            a_contact(people.handler, label=title, country=country, postal_code=code, municipality=town)
    return people


@pytest.mark.django_db
def test_row_condition_and_index_find_the_same_contacts(stored: People) -> None:
    for text in ASKED:
        wanted = read(text, "DE")

        def both() -> tuple[set[uuid.UUID], set[uuid.UUID]]:
            rows = Contact.objects.filter(fits(wanted.words, wanted.place_in("DE")))  # noqa: B023  called at once
            return {row.pk for row in rows}, {row.pk for row in matching(Contact.objects.all(), wanted, "DE")}  # noqa: B023

        by_row, by_index = as_user(stored.handler, both)
        assert by_row == by_index, text


def walk(user: User, text: str) -> list[uuid.UUID]:
    """All pages from newest to oldest and back; each has to be the same both times."""

    def pages() -> list[uuid.UUID]:
        rows, wanted = Contact.objects.all(), read(text, "DE")
        page = page_of_found(rows, wanted, "DE")
        down = [page]
        while page.older:
            page = page_of_found(rows, wanted, "DE", before=page.older)
            down.append(page)
        up = [page]
        while page.newer:
            page = page_of_found(rows, wanted, "DE", after=page.newer)
            up.append(page)
        found = [row.pk for one in down for row in one.rows]
        assert found == [row.pk for one in reversed(up) for row in one.rows]
        return found

    return as_user(user, pages)  # type: ignore[no-any-return]


@pytest.mark.django_db
@pytest.mark.parametrize("share", [1.0, 0.5, 0.08, 0.0])
def test_pages_are_complete_for_frequent_and_rare_words(people: People, share: float) -> None:
    """800 contacts, more than the first scan reads, several with the same time; a few of a colleague."""
    rng, now = random.Random(7), timezone.now()
    first = a_contact(people.handler)
    theirs = [a_contact(people.colleague, label="Anruf") for _ in range(3)]

    def fill() -> None:
        like = Contact.objects.get(pk=first)
        Contact.objects.bulk_create(
            Contact(
                pk=uuid.UUID(int=rng.getrandbits(128)), number=10_000 + number, centre_id=like.centre_id,
                data_key_id=like.data_key_id, handler_id=like.handler_id, country="DE", channel=like.channel,
                caller_type_id=like.caller_type_id, started_at=now - timedelta(minutes=number // 3),
                label="Anruf Schule" if rng.random() < share else "Brief",
            )
            for number in range(800)
        )  # fmt: skip

    as_user(people.handler, fill)
    wanted = as_user(
        people.handler,
        lambda: list(
            Contact.objects.filter(label__icontains="anruf").order_by("-started_at", "-pk").values_list("pk", flat=True)
        ),
    )
    assert walk(people.handler, "anruf") == wanted
    assert not set(theirs) & set(wanted)


@pytest.mark.django_db
def test_next_page_of_the_search_continues_at_the_cursor(people: People) -> None:
    keys = [a_contact(people.handler, label="Anruf") for _ in range(30)]
    client, seen = browser(people.handler), []
    answer = client.post(url("search"), {"q": "anruf"})
    while True:
        assert "q=anruf" not in answer.content.decode(), "no URL contains the words"
        page = answer.context["page"]
        seen += [row.pk for row in page.rows]
        if page.older is None:
            break
        assert f'name="before" value="{page.older}"' in answer.content.decode()
        answer = client.post(url("search"), {"q": "anruf", "before": page.older})
    assert sorted(seen) == sorted(keys)
    assert browser(people.other_handler).post(url("search"), {"q": "anruf"}).context["page"].rows == []
