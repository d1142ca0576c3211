"""What may not stand in a summary, and the first text that is made of codes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from people import People

from handoff.summary import facts_in_words, first_text, names_in
from hotline.models import Contact
from regions.models import Region

CONTACT = {
    "alias": "Frau Tulpe",
    "phone": "+49 30 23125 901",
    "postal_code": "80331",
    "municipality": "Kleinkummerfeld",
}
FACTS = {
    "country": "DE",
    "region": "DE-BY",
    "phenomenon": "unknown",
    "language": "de",
    "caller_type": "parent",
    "relation": "child",
    "age_band": "18_20",
    "sex": "unknown",
    "topics": ["online"],
}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("A mother asks for help.", 0),
        ("Frau Tulpe asks for help.", 1),
        ("tulpe asks for help", 1),
        ("Die Frau ruft an. Tulpen blühen.", 0),
        ("Call 030/23125901", 1),
        ("Call 0049 30 23 12 59 01", 1),
        ("Call 0171 1234567", 1),
        ("The son is 19, since 2024.", 0),
        ("She lives in kleinkummerfeld.", 1),
        ("She lives in 80331.", 1),
        ("Write to somebody@example.org", 1),
        ("Frau Tulpe, 80331 Kleinkummerfeld, +49 30 23125901", 4),
    ],
)
def test_what_gives_somebody_away_is_found(text: str, number: int) -> None:
    assert len(names_in(text, Contact(**CONTACT))) == number


def test_a_city_that_is_its_region_may_be_named() -> None:
    berlin = Region(code="DE-BE", country="DE", name_en="Berlin", name_fr="Berlin", name_de="Berlin")
    assert names_in("A family in Berlin.", Contact(municipality="Berlin", region=berlin)) == []


@given(st.text(alphabet="abcdefgh .,\n", max_size=80))
def test_an_empty_contact_finds_nothing_in_plain_words(text: str) -> None:
    assert names_in(text, Contact()) == []


@given(st.sampled_from(sorted(CONTACT)), st.text(alphabet="abc ", max_size=20), st.text(alphabet="abc ", max_size=20))
def test_each_of_them_is_found_wherever_it_stands(name: str, before: str, after: str) -> None:
    assert names_in(f"{before} {CONTACT[name]} {after}", Contact(**CONTACT)) != []


def test_the_first_text_says_what_is_known_and_names_nobody(people: People) -> None:
    text = first_text(FACTS, "exit", Contact(**CONTACT))
    assert text == (
        "Needed: Exit work. Place: Bavaria. Topics: Online activity. Caller: Parent. "
        "The person of concern is: son or daughter. Age of the person: 18 to 20. Language: German."
    )
    assert names_in(text, Contact(**CONTACT)) == []


@pytest.mark.parametrize("alias", ["Sohn Parent", "Frau Bavaria", "German"])
def test_the_first_text_is_never_one_that_the_check_refuses(people: People, alias: str) -> None:
    contact = Contact(alias=alias)
    text = first_text(FACTS, "exit", contact)
    assert names_in(text, contact) == []
    assert text.startswith("Needed: Exit work.")


def test_what_nobody_knows_is_left_out(people: People) -> None:
    nothing: dict[str, Any] = {**dict.fromkeys(FACTS, "unknown"), "country": "DE", "region": None, "topics": []}
    assert facts_in_words(nothing) == [("Place", "Germany")]
    assert facts_in_words({**nothing, "country": "XX"}) == [("Place", "XX")]
