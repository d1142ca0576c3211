"""The check for names in a summary, and the text that is generated from codes."""

from __future__ import annotations

from typing import Any

import pytest
from contacts import a_contact, browser
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from people import People, as_user, new_id
from referrals import draft, make_case, offered

from casework.cases.actions import link_contact
from foundation.journal.models import Event
from handoff.referrals.names import KnownNames, find
from handoff.referrals.partner_actions import ask_question
from handoff.referrals.summary import facts_in_words, first_text, names_in
from hotline.contacts.models import Contact
from regions.loading import load_regions, replace_postal_codes
from regions.models import Region
from regions.postal_code_table import PostalCodeRow

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
def test_identifying_data_is_found_in_a_summary(text: str, number: int) -> None:
    assert len(names_in(text, Contact(**CONTACT))) == number


def test_a_city_that_is_its_region_may_be_named() -> None:
    berlin = Region(code="DE-BE", country="DE", name_en="Berlin", name_fr="Berlin", name_de="Berlin")
    assert names_in("A family in Berlin.", Contact(municipality="Berlin", region=berlin)) == []


@given(st.text(alphabet="abcdefgh .,\n", max_size=80))
def test_empty_contact_matches_no_ordinary_words(text: str) -> None:
    assert names_in(text, Contact()) == []


@given(st.sampled_from(sorted(CONTACT)), st.text(alphabet="abc ", max_size=20), st.text(alphabet="abc ", max_size=20))
def test_identifying_data_is_found_at_any_position(name: str, before: str, after: str) -> None:
    assert names_in(f"{before} {CONTACT[name]} {after}", Contact(**CONTACT)) != []


def test_generated_text_has_the_known_facts_and_no_names(people: People) -> None:
    text = first_text(FACTS, "exit", Contact(**CONTACT))
    assert text == (
        "Needed: Exit work. Place: Bavaria. Topics: Online activity. Caller: Parent. "
        "The person of concern is: son or daughter. Age of the person: 18 to 20. Language: German."
    )
    assert names_in(text, Contact(**CONTACT)) == []


@pytest.mark.parametrize("alias", ["Sohn Parent", "Frau Bavaria", "German"])
def test_generated_text_always_passes_the_check(people: People, alias: str) -> None:
    contact = Contact(alias=alias)
    text = first_text(FACTS, "exit", contact)
    assert names_in(text, contact) == []
    assert text.startswith("Needed: Exit work.")


def test_unknown_facts_are_left_out(people: People) -> None:
    nothing: dict[str, Any] = {**dict.fromkeys(FACTS, "unknown"), "country": "DE", "region": None, "topics": []}
    assert facts_in_words(nothing) == [("Place", "Germany")]
    assert facts_in_words({**nothing, "country": "XX"}) == [("Place", "XX")]


@pytest.mark.parametrize(
    ("alias", "text", "word"),
    [
        ("Peter", "Peters mother calls", "Peters"), ("Peter", "It is Peter's idea", "Peter"),
        ("Peter", "It is Peter’s idea", "Peter"),
        ("Anna", "Annas Bruder", "Annas"), ("Fritz", "Fritzens Schule", "Fritzens"),
        ("Peter", "das petersche Umfeld", "petersche"),
        ("Peter", "PETER", "PETER"), ("Peter", "die Peter-Gruppe", "Peter"), ("Peter", "Peterchen", "Peterchen"),
        ("Anna", "l'école d'Anna", "Anna"), ("Ali", "qu’Ali dise", "Ali"), ("Ali", "Ali asks", "Ali"),
        ("Tom", "toms Lehrer", "toms"),
        ("Jan", "seen in jan", "jan"), ("Mia", "Mia’s school", "Mia"), ("Bo", "Bo asks", "Bo"),
        ("René", "Rene\u0301 asks", "Rene\u0301"), ("Rene\u0301", "RENÉ asks", "RENÉ"), ("René", "rene asks", "rene"),
        ("Jörg", "Joerg asks", "Joerg"), ("Joerg", "Jörg asks", "Jörg"), ("Weiß", "WEISS asks", "WEISS"),
        ("Weiss", "Weiß asks", "Weiß"),
        ("Işık", "IŞIK asks", "IŞIK"), ("İpek", "ipek asks", "ipek"), ("Ali", "Ali'nin annesi", "Ali"),
        ("Łukasz", "lukasz asks", "lukasz"),
        ("Γιώργος", "ΓΙΩΡΓΟΣ", "ΓΙΩΡΓΟΣ"), ("Анна", "с Анной", "Анной"), ("Пётр", "у Петра", "Петра"),
        ("محمد", "مُحَمَّد", "مُحَمَّد"),
        ("Soﬁa", "Sofia asks", "Sofia"), ("Ann-Kathrin Tulpe", "Kathrin asks", "Kathrin"),
        ("Ann-Kathrin", "Annkathrin", "Annkathrin"),
        ("Annkathrin", "Ann Kathrin asks", "Ann Kathrin"), ("Peter", "P e t e r", "P e t e r"),
        ("Peter", "Pe\u200bter asks", "Peter"),
        ("Peter", "_Peter_", "Peter"), ("Peters Mutter", "Peter is 17", "Peter"),
        ("Herr von Tulpe", "tulpe asks", "tulpe"),
        ("Anrufende Person R.", "from anrufende Person R. today", "anrufende Person R"),
        ("Mutter", "die MUTTER", "MUTTER"),
    ],
)  # fmt: skip
def test_inflected_and_joined_names_are_reported_with_the_word(alias: str, text: str, word: str) -> None:
    assert [finding.word for finding in find(text, KnownNames(names=(alias,)))] == [word]
    assert any(word in said for said in names_in(text, Contact(alias=alias)))


@pytest.mark.parametrize(
    ("alias", "text"),
    [
        ("Peter", "The petersilie grows"), ("Anna", "Annahme"), ("Tom", "tomorrow, an atom"), ("Jan", "January"),
        ("Al", "also"),
        ("Mutter von Ali", "The mother of a boy"), ("Frau Tulpe", "Eine Frau aus der Schule"), ("", "Anything at all"),
        ("Herr van der Tulpe", "der van"), ("Mia", "ami"), ("Ali", "alien"), ("Ben", "bends"),
    ],
)  # fmt: skip
def test_ordinary_words_are_not_reported(alias: str, text: str) -> None:
    assert find(text, KnownNames(names=(alias,))) == []


@pytest.mark.parametrize(
    ("known", "text", "word"),
    [
        (KnownNames(towns=("Köln",)), "lives in Ko\u0308ln", "Ko\u0308ln"), (KnownNames(towns=("Köln",)),
        "Koeln", "Koeln"),
        (KnownNames(towns=("Bad Homburg",)), "in BAD HOMBURG", "BAD HOMBURG"), (KnownNames(towns=("Essen",)),
        "Essens", "Essens"),
        (KnownNames(towns=("Bad Homburg",)), "took a bath", None),
        (KnownNames(towns=("Bremen",), public=frozenset({"Bremen"})), "Bremen", None),
        (KnownNames(codes=("50667",)), "D50667", ""), (KnownNames(codes=("50667",)), "٥٠٦٦٧", ""),
        (KnownNames(codes=("50667",)), "150667", ""),
        (KnownNames(phones=("030 23125901",)), "٠٣٠ ٢٣١٢٥٩٠١", ""), (KnownNames(), "name (at) example.org", ""),
        (KnownNames(), "０３０２３１２５９０１", ""),
    ],
)  # fmt: skip
def test_places_and_numbers_are_found_in_all_spellings(known: KnownNames, text: str, word: str | None) -> None:
    """A number, postal code or e-mail address is always refused; a place has to be confirmed."""
    assert [finding.word for finding in find(text, known)] == ([] if word is None else [word])


def post_offer(people: People, referral: Any, **values: Any) -> Any:
    return browser(people.handler).post(reverse("handoff:offer", args=[referral.pk]), values)


def test_form_reports_possible_names_and_accepts_after_confirmation(people: People) -> None:
    referral = draft(people, make_case(people, alias="Jan Tulpe"))
    answer = post_offer(people, referral, text="Since jan he is alone. Tulpes friends left.")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert [finding.word for finding in answer.context["form"].asked] == ["jan", "Tulpes"]
    assert "“jan” is no name and no place here" in page
    assert "Since jan he is alone." in page
    partly = post_offer(people, referral, text="Since jan he is alone. Tulpes friends left.", no_names=["jan"])
    assert partly.status_code == 422
    assert "“Tulpes” can be the caller’s name." in page
    other = post_offer(people, referral, text="Tulpe is alone.", no_names=["jan", "Tulpes"])
    assert other.status_code == 422, "what was looked at is the word, not the text"
    assert post_offer(people, referral, text="Since jan he is alone.", no_names=["jan"]).status_code == 302
    event = as_user(people.handler, lambda: Event.objects.get(kind="referral.offered", subject=referral.pk))
    assert event.data["words_looked_at"] == 1
    assert "jan" not in str(event.data)


@pytest.mark.parametrize("text", ["Call +49 171 1234567", "somebody@example.org", "80331", "80331 jan"])
def test_numbers_and_addresses_are_refused_despite_confirmation(people: People, text: str) -> None:
    referral = draft(people, make_case(people, alias="Jan", postal_code="80331"))
    answer = post_offer(people, referral, text=text, no_names=["jan", "80331", text])
    assert answer.status_code == 422


def test_names_of_other_contacts_and_towns_of_the_postal_code_are_reported(people: People) -> None:
    load_regions(["DE"])
    replace_postal_codes([PostalCodeRow("DE", "50667", "Köln", "DE-NW", True)])
    case = make_case(people, alias="Jan", postal_code="50667")
    later = a_contact(people.handler, alias="Mia")
    found = as_user(people.handler, Contact.objects.get, pk=later)
    as_user(people.handler, link_contact, by=people.handler, case_id=case.pk, contact=found)
    referral = draft(people, case)
    answer = post_offer(people, referral, text="Mia lives in koeln.")
    assert [finding.word for finding in answer.context["form"].asked] == ["Mia", "koeln"]


def test_answer_to_a_question_is_checked_for_names(people: People) -> None:
    referral = offered(people, make_case(people, alias="Jan"))
    as_user(people.worker, ask_question, by=people.worker, referral_id=referral.pk, message_id=new_id(), text="Who?")
    address, message = reverse("handoff:answer", args=[referral.pk]), str(new_id())
    values = {"answer-message_id": message, "answer-text": "It is Jan's brother."}
    answer = browser(people.handler).post(address, values)
    assert (answer.status_code, "“Jan” can be the caller’s name." in answer.content.decode()) == (422, True)
    assert "It is Jan" in answer.content.decode()
    assert browser(people.handler).post(address, {**values, "answer-no_names": ["Jan"]}).status_code == 302
