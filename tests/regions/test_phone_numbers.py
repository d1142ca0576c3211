"""A number belongs to the country of its record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import phonenumbers
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from past_policies import change
from people import People
from web import sign_in

from foundation.accounts.models import Organisation
from regions.loading import load_regions
from regions.models import Liaison, PartnerProfile
from regions.phone_numbers import examples, parse_number, written

PROFILE = {"services": ["exit"], "phenomena": ["right"], "languages": ["de"], "capacity": "5", "version": "0"}

BERLIN = "+49309018201"
#: Text, country of the record, what is stored.
NUMBERS = [
    ("02 279 22 11", "BE", "+3222792211"),
    ("0470 12 34 56", "BE", "+32470123456"),
    ("044 668 18 00", "CH", "+41446681800"),
    ("01 534 42 0", "AT", "+431534420"),
    ("020 552 9111", "NL", "+31205529111"),
    ("26 12 34", "LU", "+352261234"),
    ("06 6982 1234", "IT", "+390669821234"),
    ("01481 723456", "GG", "+441481723456"),
    ("01481 723456", "GB", "+441481723456"),
    ("018 12345", "AX", "+3581812345"),
    ("79 12 34 56", "SJ", "+4779123456"),
    ("202 555 0123", "US", "+12025550123"),
    ("787 234 5678", "US", "+17872345678"),
    ("8 495 123 45 67", "RU", "+74951234567"),
    # Several country codes of one country, dialled as one.
    ("01 42 34 56 78", "FR", "+33142345678"),
    ("06 12 34 56 78", "FR", "+33612345678"),
    ("0800 123 456", "FR", "+33800123456"),
    ("0690 33 59 41", "FR", "+590690335941"),
    ("0690.33.59.41", "GP", "+590690335941"),
    ("0590 27 12 34", "FR", "+590590271234"),
    ("0262 41 12 34", "FR", "+262262411234"),
    ("0692 12 34 56", "FR", "+262692123456"),
    ("0269 61 12 34", "FR", "+262269611234"),
    ("0639 69 12 34", "FR", "+262639691234"),
    ("0594 30 12 34", "FR", "+594594301234"),
    ("0694 12 34 56", "FR", "+594694123456"),
    ("0596 70 12 34", "FR", "+596596701234"),
    ("0696 12 34 56", "FR", "+596696123456"),
    ("0508 41 12 34", "FR", "+508411234"),
    ("01 42 34 56 78", "RE", "+33142345678"),
    ("0262 41 12 34", "RE", "+262262411234"),
    ("0596 70 12 34", "MQ", "+596596701234"),
    ("0269 61 12 34", "RE", "+262269611234"),
    ("0269 61 12 34", "MQ", "+262269611234"),
    # Their own plans, with the code.
    ("+687 27 12 34", "FR", "+687271234"),
    ("00689 40 45 67 89", "FR", "+68940456789"),
    ("27 12 34", "NC", "+687271234"),
    ("+299 32 10 00", "DK", "+299321000"),
    ("32 10 00", "GL", "+299321000"),
    ("+298 20 12 34", "DK", "+298201234"),
    ("+599 715 1234", "NL", "+5997151234"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "country", "stored"), NUMBERS)
def test_a_number_is_read_as_in_its_own_country(text: str, country: str, stored: str) -> None:
    number = parse_number(text, country)
    assert number is not None
    assert (number.e164, number.full, number.extension) == (stored, stored, "")
    assert parse_number(written(stored), "ZZ") == number, "what is shown is read back the same, from anywhere"


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("(030) 9018201", "DE"), ("+49 (0)30 9018201", "DE"), ("0049 (0)30 9018201", "FR"), ("030/901 82 01", "DE"),
        ("(+49) 30 9018201", "BE"), ("030–901–8201", "DE"), ("030\u2011901\u22128201", "DE"), ("0.30.9018201", "DE"),
        ("\u202a+49 30 9018201\u202c", "DE"), ("\u2066(030)\u2069 9018201\u200f", "DE"), ("\ufeff030 9018201", "DE"),
        ("030\u200b9018\u00ad201", "DE"), ("030\u00a09018\u202f201", "DE"), ("٠٣٠ ٩٠١٨٢٠١", "DE"),
        ("۰۳۰ ۹۰۱۸۲۰۱", "DE"), ("०३० ९०१८२०१", "DE"), ("０３０ ９０１８２０１", "DE"),
        ("＋４９（０）３０－９０１８２０１", "DE"),
        ("00 49 30 9018201", "ZZ"), ("0049 30 9018201", "US"), ("011 49 30 9018201", "US"),
        ("tel:+49-30-9018201", "FR"),
        ("  030 9018201\n", "DE"), ("[030] 9018201", "DE"),
    ],
)  # fmt: skip
def test_the_same_number_in_many_spellings(text: str, country: str) -> None:
    number = parse_number(text, country)
    assert number is not None
    assert number.full == BERLIN


@pytest.mark.parametrize(
    "text",
    ["030 9018201 ext. 12", "030 9018201 x12", "030 9018201 #12", "030 9018201 Durchwahl 12", "030 9018201 DW 12",
     "030 9018201 Apparat 12", "030 9018201 App. 12", "030 9018201 poste 12", "030 9018201 toestel 12",
     "030 9018201,12", "030 9018201;ext=12", "tel:+49-30-9018201;ext=12", "030 9018201 extension ١٢",
     "030 9018201, Nebenstelle 12"],
)  # fmt: skip
def test_an_extension_is_kept(text: str) -> None:
    number = parse_number(text, "DE")
    assert number is not None
    assert (number.e164, number.extension, number.full) == (BERLIN, "12", f"{BERLIN};ext=12")
    assert parse_number(written(number.full), "FR") == number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("", "DE"), ("   ", "DE"), ("12", "DE"), ("112", "DE"), ("0800 FLOWERS", "US"), ("030 90I8201", "DE"),
        ("ask again", "DE"), ("030 9018201 or 030 9018202", "DE"), ("030 9018201, 030 9018202", "DE"),
        ("030 9018201 ext", "DE"), ("030 9018201 ext. 12345678", "DE"), ("++49 30 9018201", "DE"),
        ("030 + 9018201", "DE"),
        ("anonymous", "DE"), ("+266696687", "DE"), ("\u202a+266696687\u202c", "DE"), ("030 9018201", "ZZ"),
        ("27 12 34", "FR"), ("32 10 00", "DK"), ("+33 690 33 59 41", "FR"), ("030 9018201\x00", "DE"),
        ("0" * 5000, "DE"), ("02 279 22 11", "DK"), ("½30 9018201", "DE"), ("030 9018201 ☎", "DE"),
    ],
)  # fmt: skip
def test_what_is_no_number(text: str, country: str) -> None:
    assert parse_number(text, country) is None


@given(st.text(max_size=150), st.sampled_from(["DE", "FR", "BE", "US", "ZZ", "", "xx"]))
def test_whatever_is_typed_is_read(text: str, country: str) -> None:
    number = parse_number(text, country)
    assert number is None or parse_number(number.full, "ZZ") == number


def test_the_example_of_every_country_is_one_of_its_numbers() -> None:
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        at_home, with_code = examples(country)
        number = parse_number(at_home, country)
        assert number is not None, country
        assert number == parse_number(with_code, "ZZ"), country


# The screens of the network.


@pytest.fixture
def coordinator(people: People) -> Client:
    client = Client()
    sign_in(client, people.coordinator)
    return client


@pytest.fixture
def brussels(people: People) -> Organisation:
    change(Organisation.objects.filter(pk=people.partner.pk), country="BE")
    return people.partner


Save = Callable[..., Any]


@pytest.fixture
def save(coordinator: Client, people: People) -> Save:
    def posted(phone: str, version: int = 0) -> Any:
        values = {**PROFILE, "phone": phone, "version": str(version)}
        return coordinator.post(reverse("regions:edit_profile", args=[people.partner.pk]), values)

    return posted


@pytest.mark.django_db
@pytest.mark.parametrize("region", ["DE", "US", None], ids=str)
def test_a_partners_number_is_that_of_its_country(
    brussels: Organisation, save: Save, settings: Any, region: str | None
) -> None:
    """No setting decides: ``PHONENUMBER_DEFAULT_REGION`` has no effect."""
    settings.PHONENUMBER_DEFAULT_REGION = region
    assert save("02 279 22 11").status_code == 302
    assert str(PartnerProfile.objects.get().phone) == "+3222792211"


@pytest.mark.django_db
def test_an_overseas_partner_of_france(people: People, save: Save) -> None:
    change(Organisation.objects.filter(pk=people.partner.pk), country="FR")
    assert save("0690 33 59 41").status_code == 302
    assert str(PartnerProfile.objects.get().phone) == "+590690335941"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "said"),
    [("2279", "+32 12 34 56 78"), ("TOWN HALL", "012 34 56 78"), ("02 279 22 11 ext. 3", "extension")],
)
def test_a_wrong_number_is_said_with_an_example_and_kept(
    brussels: Organisation, save: Save, text: str, said: str
) -> None:
    answer = save(text)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors["phone"])
    assert answer.context["form"]["phone"].value() == text
    assert not PartnerProfile.objects.exists()


@pytest.mark.django_db
def test_a_number_that_nobody_touched_stays(brussels: Organisation, save: Save, coordinator: Client) -> None:
    """It is shown in groups; one that no plan knows (any more) is not refused for another field's change."""
    PartnerProfile.objects.create(organisation=brussels, phone="+49 2279 2211", version=1)
    PartnerProfile.objects.update(phone="+49227922")
    page = coordinator.get(reverse("regions:edit_profile", args=[brussels.pk]))
    shown = page.context["form"]["phone"].value()
    assert save(shown, version=1).status_code == 302
    assert str(PartnerProfile.objects.get().phone) == "+49227922"
    assert PartnerProfile.objects.get().services == ["exit"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "stored", "shown"),
    [("02 279 22 11", "+3222792211", "+32 2 279 22 11"), ("+49 30 9018201", BERLIN, "+49 30 9018201"),
     ("02/279.22.11 poste 12", "+3222792211;ext=12", "+32 2 279 22 11 ext. 12"), ("", "", "")],
)  # fmt: skip
def test_a_liaisons_number_is_that_of_its_region(
    people: People, coordinator: Client, text: str, stored: str, shown: str
) -> None:
    load_regions(["BE"])
    post = {"sector": "police", "region": "BE-BRU", "post": "Example station", "version": "0", "phone": text}
    answer = coordinator.post(reverse("regions:new_liaison") + "?country=BE", post)
    assert answer.status_code == 302
    assert Liaison.objects.get().phone == stored
    assert shown in coordinator.get(reverse("regions:liaisons") + "?country=BE").content.decode()


@pytest.mark.django_db
def test_a_liaisons_free_text_of_old_stays_while_nobody_touches_it(people: People, coordinator: Client) -> None:
    liaison = Liaison.objects.create(sector="police", region_id="DE-BE", post="Example station", phone="front desk")
    post = {"sector": "police", "region": "DE-BE", "post": "Example police", "version": "0", "phone": "front desk"}
    address = reverse("regions:edit_liaison", args=[liaison.pk])
    assert coordinator.post(address, post).status_code == 302
    liaison.refresh_from_db()
    assert (liaison.post, liaison.phone) == ("Example police", "front desk")
    again = coordinator.post(address, {**post, "version": "1", "phone": "back desk"})
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["phone"])
