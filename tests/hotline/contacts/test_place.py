from __future__ import annotations

import pytest
from contacts import PHONE, a_contact, browser, contact_as, save, url
from people import People, as_user, new_id

from foundation.accounts.permissions import NotAllowed
from hotline.contacts.actions import choose_region, save_contact
from hotline.contacts.models import Contact
from hotline.contacts.place import place_of, regions_of_town
from regions.loading import load_regions, replace_postal_codes
from regions.models import Region
from regions.postal_code_table import PostalCodeRow

pytestmark = pytest.mark.django_db


def region_of(people: People, contact: object) -> tuple[str | None, str]:
    found = contact_as(people.handler, contact)  # type: ignore[arg-type]
    return found.region_id, found.region_source


def test_the_region_follows_the_postal_code(people: People, places: None) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    save(client, contact, postal_code="D-04109")
    assert region_of(people, contact) == ("DE-SN", "postal_code")
    save(client, contact, version=2, postal_code="0410")
    assert region_of(people, contact) == (None, "")
    save(client, contact, version=3, postal_code="10115")
    assert region_of(people, contact) == ("DE-BE", "postal_code")


def test_a_postal_code_in_two_regions_takes_the_main_one_and_offers_the_other(people: People, places: None) -> None:
    contact = a_contact(people.handler, postal_code="21039")
    place = as_user(people.handler, lambda: place_of(Contact.objects.get(pk=contact)))
    assert (place.region.code, [offer.region.code for offer in place.offers]) == ("DE-SH", ["DE-HH"])
    assert place.towns == ["Börnsen", "Hamburg"]


def test_region_chosen_by_the_handler_is_never_overwritten(people: People, places: None) -> None:
    contact, client = a_contact(people.handler, postal_code="04109"), browser(people.handler)
    answer = client.post(url("region", contact), {"region": "DE-BE"})
    assert answer.headers["HX-Trigger"] == "place-changed"
    assert save(client, contact, postal_code="21039").json()["version"] == 2, (
        "the choice is no change of the form's version"
    )
    assert region_of(people, contact) == ("DE-BE", "chosen")
    client.post(url("region", contact), {"region": ""})
    assert region_of(people, contact) == ("DE-SH", "postal_code")
    assert client.post(url("region", contact), {"region": "no such"}).status_code == 400


def test_landline_prefix_only_suggests_a_region(people: People, places: None) -> None:
    contact, client = a_contact(people.handler, phone=PHONE), browser(people.handler)
    assert region_of(people, contact) == (None, "")
    page = client.get(url("region", contact)).content.decode()
    assert "Area code of Leipzig: Saxony?" in page
    save(client, contact, phone=PHONE, postal_code="10115")
    assert "Area code" not in client.get(url("region", contact)).content.decode()


def test_a_mobile_or_withheld_number_suggests_nothing(people: People, places: None) -> None:
    for phone in ("+49 1512 3456789", "anonymous", "12"):
        contact = a_contact(people.handler, phone=phone)
        assert as_user(people.handler, lambda key=contact: place_of(Contact.objects.get(pk=key))).offers == []


def test_town_suggests_regions_unless_there_are_too_many(places: None) -> None:
    found = {
        town: [region.code for region in regions_of_town("DE", town)] for town in ("Leipzig", "Hamburg", "Neustadt")
    }
    assert found == {"Leipzig": ["DE-SN"], "Hamburg": ["DE-HH", "DE-SH"], "Neustadt": []}
    assert [region.code for region in regions_of_town("FR", "Paris")] == ["FR-75C"]
    assert regions_of_town("DE", "Par") == []


def test_fragment_with_unchanged_content_is_204(people: People, places: None) -> None:
    contact, client = a_contact(people.handler, postal_code="04109"), browser(people.handler)
    for name, mark in (("region", "place_mark"), ("place", "place_mark"), ("earlier", "earlier_mark")):
        shown = client.get(url(name, contact)).context[mark]
        assert client.get(url(name, contact), {"shown": shown}).status_code == 204
        assert client.get(url(name, contact), {"shown": "older"}).status_code == 200


def test_region_can_be_chosen_only_by_people_who_may_write(people: People, places: None) -> None:
    contact, saxony = a_contact(people.handler), Region.objects.get(code="DE-SN")
    for contact_id in (contact, new_id()):
        with pytest.raises(NotAllowed):
            as_user(people.colleague, choose_region, by=people.colleague, contact_id=contact_id, region=saxony)


def test_region_posted_by_its_own_form_counts_as_chosen(people: People, places: None) -> None:
    contact = a_contact(people.handler)
    changes = {"region_id": "DE-BE", "postal_code": "04109"}
    as_user(people.handler, save_contact, by=people.handler, contact_id=contact, version=1, changes=changes)
    assert region_of(people, contact) == ("DE-BE", "chosen")


@pytest.mark.parametrize(
    ("country", "postal_code", "municipality", "stored", "region"),
    [
        ("DE", "04109 Leipzig", "", ("04109", "Leipzig"), "DE-SN"),
        ("DE", "Leipzig 04109", "", ("04109", "Leipzig"), "DE-SN"),
        ("DE", "", "D-04109 Leipzig", ("04109", "Leipzig"), "DE-SN"),
        ("DE", "4109", "", ("04109", ""), "DE-SN"),
        ("DE", "4108", "", ("4108", ""), None),
        ("DE", "04109 Lpz", "Leipzig", ("04109", "Leipzig"), "DE-SN"),
        ("DE", "F-75001", "", ("F-75001", ""), None),
        ("FR", "F-75001", "", ("75001", ""), "FR-75C"),
        ("FR", "75700 PARIS CEDEX 07", "", ("75700", "PARIS CEDEX 07"), "FR-75C"),
        ("FR", "75700", "Paris Cedex", ("75700", "Paris Cedex"), "FR-75C"),
        ("FR", "75700", "Paris", ("75700", "Paris"), None),
        ("DE", "21039 Hamburg", "", ("21039", "Hamburg"), "DE-SH"),
    ],
)  # fmt: skip
def test_typed_postal_codes_are_normalised(
    people: People, places: None, country: str, postal_code: str, municipality: str, stored: tuple[str, str],
    region: str | None,
) -> None:  # fmt: skip
    contact, client = a_contact(people.handler), browser(people.handler)
    for version in (1, 2):  # the browser's field still shows what was typed
        save(client, contact, version=version, country=country, postal_code=postal_code, municipality=municipality)
        found = contact_as(people.handler, contact)
        assert ((found.postal_code, found.municipality), found.region_id) == (stored, region)


def test_a_code_of_two_laender_asks_which_until_a_town_or_a_person_says_it(people: People, db: None) -> None:
    load_regions(["DE"])
    replace_postal_codes(
        [
            PostalCodeRow("DE", "21039", "Hamburg", "DE-HH", True),
            PostalCodeRow("DE", "21039", "Börnsen, Escheburg", "DE-SH", False),
        ]
    )
    contact, client = a_contact(people.handler), browser(people.handler)

    def page() -> str:
        return client.get(url("region", contact)).content.decode()

    save(client, contact, postal_code="21039")
    assert "21039 lies in several regions. In which?" in page()
    assert ("It is Hamburg" in page(), "Or Schleswig-Holstein?" in page()) == (True, True)
    save(client, contact, version=2, postal_code="21039", municipality="BÖRNSEN")
    assert region_of(people, contact) == ("DE-SH", "postal_code")
    assert "In which?" not in page()
    save(client, contact, version=3, postal_code="21039", municipality="")
    assert "In which?" in page()
    client.post(url("region", contact), {"region": "DE-HH"})
    assert "In which?" not in page()
    assert region_of(people, contact) == ("DE-HH", "chosen")


@pytest.mark.parametrize("text", ["somewhere near Dresden", "x" * 120, "04109 or 04111 or so"])
def test_what_is_no_postal_code_is_refused_with_an_example(people: People, places: None, text: str) -> None:
    contact = a_contact(people.handler, postal_code="10115")
    answer = save(browser(people.handler), contact, postal_code=text, notes="kept").json()
    assert answer["notices"]["postal_code"]["error"]
    assert "50667" in answer["notices"]["postal_code"]["text"]
    found = contact_as(people.handler, contact)
    assert (found.postal_code, found.notes) == ("10115", "kept")


def test_letters_of_another_country_are_said(people: People, places: None) -> None:
    contact = a_contact(people.handler)
    notice = save(browser(people.handler), contact, postal_code="F-75001").json()["notices"]["postal_code"]
    assert (notice["error"], "France" in notice["text"]) == (False, True)
