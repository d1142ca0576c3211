"""Each field of a contact is in all places that CONTRIBUTING lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cluster import CHECKOUT
from contacts import a_contact, browser, save, typed, url
from people import People

from hotline.contacts import typed_values
from hotline.contacts.actions import EDITABLE
from hotline.contacts.forms import ContactForm

COLUMNS = {"caller_type": "caller_type_id"}
#: Fields with initial values that do not describe the conversation.
ABOUT_THE_CONVERSATION = {"channel", "kind", "started_at"}
TEMPLATE = "hotline/contacts/templates/hotline/parts/contact_form.html"
#: How a line of the recipe's list begins.
STEP = re.compile(r"^\d+\. `([^`]+)`", re.MULTILINE)
FIELDS = set(ContactForm.base_fields)


def columns(fields: set[str]) -> set[str]:
    return {COLUMNS.get(name, name) for name in fields}


def test_each_field_of_the_form_can_be_saved() -> None:
    assert columns(FIELDS) | {"region_id"} == EDITABLE


def test_each_field_is_in_the_form() -> None:
    text = (CHECKOUT / TEMPLATE).read_text(encoding="utf-8")
    assert set(re.findall(r"field=form\.(\w+)", text)) == FIELDS


def test_each_field_makes_a_contact_count_as_written() -> None:
    known = {*typed_values.TEXTS, *typed_values.CHOICES}
    assert known == columns(FIELDS - ABOUT_THE_CONVERSATION)


def test_typed_posts_the_whole_form() -> None:
    left_out = {"started_at", "topics", "is_hard"}  # kept by the action; unticked checkboxes are not sent
    assert typed().keys() - {"version"} == FIELDS - left_out


@pytest.mark.parametrize("name", typed_values.TEXTS)
def test_each_text_is_shown_on_the_page_of_the_contact(people: People, name: str) -> None:
    contact, client = a_contact(people.handler), browser(people.handler)
    save(client, contact, **{name: "Zaunkoenig"})
    assert "Zaunkoenig" in client.get(url("contact", contact)).content.decode()


def recipe() -> list[str]:
    """The files of the recipe for a contact field, in order."""
    text = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split("### A contact field\n", 1)[1].split("\n### ", 1)[0]
    return STEP.findall(section)


def text_of(path: Path) -> str:
    """The text of a file, or of all files of a directory."""
    files = sorted(path.glob("*.py")) if path.is_dir() else [path]
    return "".join(file.read_text(encoding="utf-8") for file in files)


def test_each_step_of_the_recipe_names_a_place_that_mentions_the_example() -> None:
    found = {path: "postal_code" in text_of(CHECKOUT / path) for path in recipe()}
    assert len(found) >= 16
    assert [path for path, mentions in found.items() if not mentions] == []
