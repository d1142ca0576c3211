from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from cluster import CHECKOUT, OwnDatabase
from contacts import PHONE, a_contact, browser, contact_as, url
from django.utils import timezone
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st
from people import People, as_user

from foundation.accounts.models import User
from foundation.ui.pagination import page_of
from hotline.contacts.models import Contact
from hotline.contacts.search import read
from regions.loading import load_regions, replace_postal_codes
from regions.postal_code_table import PostalCodeRow

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
    [("straße gymnasium", True), ("gymnasium STRASSE", True), ("gymnasium leipzig", True), ("leipzig dresden", False),
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
def test_searched_number_is_in_no_url(people: People) -> None:
    client = browser(people.handler)
    answer = client.post(url("search"), {"q": PHONE})
    assert answer.status_code == 302
    assert "1234567" not in answer.headers["Location"]
    assert client.get(url("search"), {"q": PHONE}).status_code == 200, "what a URL says is not searched"
    assert client.get(url("search"), {"number": "no digest"}).status_code == 200


@pytest.mark.django_db
def test_reference_of_a_case_redirects_to_the_case(people: People) -> None:
    answer = browser(people.handler).post(url("search"), {"q": "f-12"})
    assert answer.status_code in {200, 302}
    assert (read("f-12", "DE").letter, read("f-12", "DE").number) == ("F", 12)


@given(st.text(max_size=200))
def test_any_search_text_is_parsed_without_error(text: str) -> None:
    wanted = read(text, "DE")
    assert wanted.number is None or not wanted.phone_digest
    assert len(wanted.text) <= 120


@pytest.mark.django_db
def test_paging_shows_every_row_once_in_both_directions(people: People) -> None:
    moment = timezone.now()
    keys = [a_contact(people.handler) for _ in range(7)]

    def walk() -> tuple[list[uuid.UUID], list[uuid.UUID]]:
        for position, key in enumerate(keys):  # two have the same start time
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
def test_invalid_cursor_is_ignored(people: People, cursor: str) -> None:
    contact = a_contact(people.handler)
    page = as_user(people.handler, lambda: page_of(Contact.objects.all(), column="started_at", after=cursor))
    assert [row.pk for row in page.rows] == [contact]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("Köln", "Ko\u0308ln"), ("Ko\u0308ln", "Köln"), ("Köln", "koeln"), ("Koeln", "KÖLN"), ("Köln", "koln"),
        ("Schulstraße", "Schulstrasse"), ("SCHULSTRASSE", "schulstraße"), ("STRAẞE", "strasse"),
        ("Cœur de ville", "coeur"),
        ("Coeur", "cœur"), ("Schiﬀer", "schiffer"), ("ﬁliale", "Filiale"), ("Læsø", "laeso"),
        ("Saint-Étienne", "etienne"),
        ("İstanbul", "istanbul"), ("ISPARTA", "ısparta"), ("ΟΔΥΣΣΕΥΣ", "οδυσσεύς"), ("МОСКВА", "москва"),
        ("Алёна", "алена"),
        ("Łódź", "lodz"), ("مُحَمَّد", "محمد"), ("Ｋｌａｓｓｅ", "klasse"), ("Schul\u00adausflug", "schulausflug"),
        ("Quelle", "elle"), ("Neue Quelle", "neue"), ("Goethe", "göthe"), ("Müller-Schule", "mueller"),
        ("100% xy", "０ ％"),
    ],
)  # fmt: skip
def test_search_ignores_case_and_accents(people: People, stored: str, text: str) -> None:
    contact = a_contact(people.handler, label=stored)
    a_contact(people.handler, label="Other")
    assert found(people.handler, text) == [contact]


TOWNS = [
    PostalCodeRow("DE", "50667", "Köln", "DE-NW", True),
    PostalCodeRow("DE", "51107", "Köln", "DE-NW", True),
    PostalCodeRow("DE", "61348", "Bad Homburg v. d. Höhe", "DE-HE", True),
    PostalCodeRow("DE", "60311", "Frankfurt am Main", "DE-HE", True),
    PostalCodeRow("FR", "75011", "Paris 11e Arrondissement", "FR-75C", True),
    PostalCodeRow("FR", "01000", "Bourg-en-Bresse, Saint-Denis-lès-Bourg", "FR-01", True),
    PostalCodeRow("FR", "50667", "Ailleurs", "FR-50", True),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "code", "text", "is_found"),
    [
        ("DE", "50667", "Köln", True), ("DE", "50667", "koeln", True), ("DE", "50667", "Ko\u0308ln", True),
        ("DE", "51107", "KÖLN", True), ("FR", "50667", "Köln", False), ("FR", "50667", "ailleurs", True),
        ("DE", "61348", "bad homburg", True), ("DE", "61348", "hohe", True), ("DE", "60311", "frankfurt am main", True),
        ("FR", "75011", "paris", True), ("FR", "01000", "bresse", True), ("FR", "01000", "bourg-en-bresse", True),
        ("FR", "01000", "saint-denis-les", True), ("DE", "61348", "omburg", False), ("DE", "61348", "bad köln", False),
        ("DE", "50667", "class köln", True), ("DE", "50667", "köln class", True), ("DE", "50667", "other köln", False),
        ("DE", "50667", "50667", True), ("DE", "50667", "D-50667 Köln", True), ("FR", "75011", "F-75011", True),
        ("FR", "01000", "F-1000", True),
    ],
)  # fmt: skip
def test_contact_is_found_by_the_town_of_its_postal_code(
    people: People, country: str, code: str, text: str, is_found: bool
) -> None:
    load_regions(["DE", "FR"])
    replace_postal_codes(TOWNS)
    contact = a_contact(people.handler, country=country, postal_code=code, label="Class trip")
    a_contact(people.handler, postal_code="99999")
    assert found(people.handler, text) == ([contact] if is_found else [])
    assert found(people.colleague, text) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "form", ["C-%d", "c-%d", "C%d", "c %d", "C\u2011%d", "Kontakt %d", "contact %d", "CONTACT Nr. %d"]
)
def test_reference_of_a_contact_redirects_to_the_contact(people: People, form: str) -> None:
    contact = a_contact(people.handler)
    number = contact_as(people.handler, contact).number
    answer = browser(people.handler).post(url("search"), {"q": form % number})
    assert answer.headers["Location"] == url("contact", contact)
    assert found(people.colleague, form % number) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    ["C-999999", "F-999999", "R-999999", "Fall 999999", "dossier 999999", "r999999", "Köln", "ｘ y", '"><b>', "a&b"],
)
def test_search_text_is_kept_in_the_search_box(people: People, text: str) -> None:
    """Also for a reference that does not exist, or whose record the user may not see."""
    answer = browser(people.handler).post(url("search"), {"q": text})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f'name="q" value="{escape(text)}"' in page
    assert "Nothing found that you may read." in page


def test_word_search_uses_an_index(own_database: OwnDatabase) -> None:
    """No sequential scan over the contacts, nor over the postal codes. As the role that the function runs as."""
    file = (CHECKOUT / "hotline/contacts/sql/contacts_with.sql").read_text(encoding="utf-8")
    sql = file.split("$body$")[1].replace("(words)", "(array['koln', 'trip'])")
    sql = sql.replace("place <> ''", "'04109' <> ''").replace("= place", "= '04109'")
    shown = own_database.sql(f"set enable_seqscan = off; explain {sql}")
    assert ("contact_words" in shown, "postal_code_words" in shown) == (True, True)
    assert "Seq Scan on hotline_contact" not in shown
    assert "Seq Scan on regions_postalcode" not in shown
