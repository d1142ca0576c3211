"""What a partner reads of each field that can be disclosed: words, and nothing of a field that says nothing."""

from __future__ import annotations

import pytest

from handoff.referrals.disclosure import disclosed_value, previews
from handoff.referrals.summary import names_in
from handoff.referrals.vocabulary import IDENTIFYING, Disclosable
from hotline.contacts.models import Contact

#: A text of its own: the summary is written from it, by somebody who read it.
PROSE = {Disclosable.NOTES}
IDENTITY = {
    "alias": "Tulpenfrau",
    "phone": "+49 30 23125 901",
    "postal_code": "80331",
    "municipality": "Kleinkummerfeld",
}
COLUMNS = {column.name: column for column in Contact._meta.get_fields() if hasattr(column, "get_default")}


def test_field_that_nobody_answered_is_not_offered() -> None:
    assert previews(Contact()) == []


def test_answer_of_a_list_is_disclosed_in_words() -> None:
    lists = {name.value: COLUMNS[name] for name in Disclosable if getattr(COLUMNS.get(name), "choices", None)}
    codes = []
    for name, column in lists.items():
        for code, label in column.choices:
            if code not in ("", column.get_default()):
                value = disclosed_value(Contact(**{name: code}), name)
                codes += [f"{name}: {value}"] * (value.casefold() != str(label).casefold())
    assert codes == []


@pytest.mark.parametrize("name", sorted(IDENTIFYING - PROSE))
def test_what_identifies_somebody_is_found_in_a_summary(name: Disclosable) -> None:
    contact = Contact(**IDENTITY)
    assert (value := disclosed_value(contact, name))
    assert names_in(f"A family asks for help: {value}.", contact) != []
