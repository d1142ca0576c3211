"""Each field of a contact is in all places that CONTRIBUTING lists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cluster import CHECKOUT
from contacts import a_contact, browser, save, typed, url
from django import forms
from django.utils.text import capfirst
from people import People

from hotline.contacts import typed_values
from hotline.contacts.contact_sheet import caller_of, person_of, place_facts_of
from hotline.contacts.editing import EDITABLE
from hotline.contacts.forms import ALWAYS_ANSWERED, ContactForm
from hotline.contacts.models import CallerType, Contact

COLUMNS = {"caller_type": "caller_type_id"}
#: Fields with initial values that do not describe the conversation.
ABOUT_THE_CONVERSATION = {"channel", "kind", "started_at"}
TEMPLATE = "hotline/contacts/templates/hotline/parts/contact_form.html"
PAGE_OF_CASE = "casework/cases/templates/cases/contact.html"
#: Of the form, and what the page inside a case does not show.
NOT_IN_A_CASE = {"kind", "country", "topics", "is_hard"}
#: A column of the contact, whether the page writes its words, its number as dialled or the value itself.
SHOWN = re.compile(r"contact\.(?:get_|shown_)?(\w+?)(?:_display)?\b")
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


def test_lists_without_an_empty_answer_are_left_alone_by_a_part_of_the_form() -> None:
    lists = {name: field for name, field in ContactForm.base_fields.items() if type(field) is forms.ChoiceField}
    optional = {name: field for name, field in lists.items() if not field.required}
    assert {name for name, field in optional.items() if "" not in dict(field.choices)} == ALWAYS_ANSWERED


def test_each_list_is_shown_on_the_page_of_the_contact() -> None:
    """Country and caller type are no list of the column: the page shows the region and the type's own words."""
    columns = {name: Contact._meta.get_field(name) for name in FIELDS - ABOUT_THE_CONVERSATION}
    words = {name: dict(column.flatchoices) for name, column in columns.items() if column.choices}
    assert len(words) >= 5
    missing = []
    for name, labels in words.items():
        value = next(code for code in labels if code not in ("", columns[name].get_default()))
        shown = Contact(**{name: value}, caller_type=CallerType(label_en="Somebody"))
        facts = [*caller_of(shown), *place_facts_of(shown), *person_of(shown)]
        missing += [name] * (capfirst(str(labels[value])) not in [fact.value for fact in facts])
    assert missing == []


def test_each_field_stands_on_the_page_of_the_contact_inside_a_case() -> None:
    text = (CHECKOUT / PAGE_OF_CASE).read_text(encoding="utf-8")
    assert FIELDS - set(SHOWN.findall(text)) == NOT_IN_A_CASE


def test_typed_posts_the_whole_form() -> None:
    left_out = {"started_at", "topics", "is_hard"}  # kept by the action; boxes that are not ticked are not sent
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
    assert len(found) >= 19
    assert [path for path, mentions in found.items() if not mentions] == []
