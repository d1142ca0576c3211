from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from contacts import PHONE, a_contact, browser, contact_as, url
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from people import People, as_user

from accounts.models import User
from hotline.models import Contact
from hotline.pages import page_of
from hotline.search import read

SECRET = "Zaunkönig"


def found(user: User, text: str) -> list[uuid.UUID]:
    answer: Any = browser(user).post(url("search"), {"q": text}, follow=True)
    assert answer.status_code == 200
    if "page" in answer.context:
        return [row.pk for row in answer.context["page"].rows]
    return [answer.context["contact"].pk]


@pytest.mark.django_db
def test_search_by_reference_phone_place_and_title(people: People) -> None:
    contact = a_contact(people.handler, phone=PHONE, postal_code="04109", municipality="Leipzig", label="Class trip")
    a_contact(people.handler, phone="+49 30 123456", postal_code="10115", municipality="Berlin", label="Other")
    number = contact_as(people.handler, contact).number
    for text in (
        f"C-{number}",
        f"c{number}",
        "0341 1234567",
        PHONE,
        "D-04109",
        "leipz",
        "class TRIP",
        "  Class   trip ",
    ):
        assert found(people.handler, text) == [contact], text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "is_found"),
    [("straße gymnasium", True), ("gymnasium STRASSE", False), ("gymnasium leipzig", True), ("leipzig dresden", False),
     ("100% xy", True), ("0%", True), ("1%0", False), ("x_y", False), ("_x", False), ("\\\\", False), ("aß", True)],
)  # fmt: skip
def test_all_words_must_stand_somewhere(people: People, text: str, is_found: bool) -> None:
    """Wherever they stand, in whatever case; signs mean themselves."""
    contact = a_contact(people.handler, municipality="Leipzig", label="Gymnasium in der Straße, 100% xy")
    assert found(people.handler, text) == ([contact] if is_found else [])


@pytest.mark.django_db
def test_search_never_finds_what_is_sealed(people: People) -> None:
    a_contact(people.handler, notes=SECRET, advice=SECRET, alias=SECRET)
    leak = a_contact(people.handler, label=SECRET)
    assert found(people.handler, SECRET) == [leak]
    page = browser(people.handler).get(url("search")).content.decode()
    assert "cannot be searched" in page


@pytest.mark.django_db
def test_search_respects_who_may_see(people: People) -> None:
    contact = a_contact(people.handler, phone=PHONE, postal_code="04109", label="Class trip")
    number = contact_as(people.handler, contact).number
    for text in (f"C-{number}", PHONE, "04109", "Class trip"):
        assert found(people.coordinator, text) == [contact]
        assert found(people.colleague, text) == []
        assert found(people.other_coordinator, text) == []


@pytest.mark.django_db
def test_a_number_stands_in_no_address(people: People) -> None:
    client = browser(people.handler)
    for answer in (client.post(url("search"), {"q": PHONE}), client.get(url("search"), {"q": PHONE})):
        assert answer.status_code == 302
        assert "1234567" not in answer.headers["Location"]
    assert client.get(url("search"), {"number": "no digest"}).status_code == 200


@pytest.mark.django_db
def test_a_case_is_looked_up_by_the_cases(people: People) -> None:
    answer = browser(people.handler).post(url("search"), {"q": "f-12"})
    assert answer.status_code in {200, 302}
    assert read("f-12", "DE").case_reference == "F-12"


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read(text: str) -> None:
    wanted = read(text, "DE")
    assert wanted.number is None or not wanted.phone_digest
    assert len(wanted.text) <= 120


@pytest.mark.django_db
def test_pages_by_key_show_every_row_once_in_both_directions(people: People) -> None:
    moment = timezone.now()
    keys = [a_contact(people.handler) for _ in range(7)]

    def walk() -> tuple[list[uuid.UUID], list[uuid.UUID]]:
        for position, key in enumerate(keys):  # two of them began at the same moment
            Contact.objects.filter(pk=key).update(started_at=moment - timedelta(hours=position // 2))
        rows, down, up = Contact.objects.all(), [], []
        page = page_of(rows, column="started_at", size=3)
        assert page.newer is None
        down += [row.pk for row in page.rows]
        while page.older:
            page = page_of(rows, column="started_at", before=page.older, size=3)
            down += [row.pk for row in page.rows]
        up = [row.pk for row in page.rows]
        while page.newer:
            page = page_of(rows, column="started_at", after=page.newer, size=3)
            up = [row.pk for row in page.rows] + up
        return down, up

    down, up = as_user(people.handler, walk)
    assert sorted(down) == sorted(keys)
    assert down == up


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", ["x", "====", "ZZZ", "MjAyNnxhYmM"])
def test_a_cursor_that_makes_no_sense_counts_as_none(people: People, cursor: str) -> None:
    contact = a_contact(people.handler)
    page = as_user(people.handler, lambda: page_of(Contact.objects.all(), column="started_at", after=cursor))
    assert [row.pk for row in page.rows] == [contact]
