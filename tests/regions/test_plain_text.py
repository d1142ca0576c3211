"""Text normalisation: the three rules, where they agree, and that no module has a fourth."""

from __future__ import annotations

import ast
import unicodedata

import pytest
from architecture.source import modules
from hypothesis import given
from hypothesis import strategies as st

from hotline.texting.words import is_stop
from regions.plain_text import fold, fold_spelling, plain
from reporting.figures.spelling import fold as fold_of_import

#: Composed and apart, and what people leave out or paste in between.
SAME_FOR_ALL = [
    ("Köln", "Ko\u0308ln"), ("STRASSE", "straße"), ("ﬁliale", "Filiale"), ("Ｋlasse", "klasse"),
    ("Schul\u00adausflug", "schulausflug"), ("a\u00a0b", "a b"), ("a\u2013b", "a-b"), ("a\u200bb", "ab"),
    ("٣", "3"), ("ΟΔΥΣΣΕΥΣ", "οδυσσευσ"), ("МОСКВА", "москва"),
]  # fmt: skip
ONLY_MARKS = [
    ("Börde", "Borde"),
    ("Cœur", "Coeur"),
    ("Łódź", "Lodz"),
    ("مُحَمَّد", "محمد"),
    ("Læsø", "laeso"),
    ("ISPARTA", "ısparta"),
]
ONLY_APOSTROPHES = [("L’Île", "L'Île"), ("l´île", "l'île"), ("lʼîle", "l`île")]


@pytest.mark.parametrize(("one", "other"), SAME_FOR_ALL)
def test_same_for_search_and_for_an_import(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fold_spelling(one) == fold_spelling(other) == fold_of_import(one)


@pytest.mark.parametrize(("one", "other"), ONLY_MARKS)
def test_mark_is_left_out_in_a_search_and_counts_in_an_import(one: str, other: str) -> None:
    assert fold(one) == fold(other)
    assert fold_spelling(one) != fold_spelling(other)


@pytest.mark.parametrize(("one", "other"), ONLY_APOSTROPHES)
def test_kind_of_apostrophe_does_not_count_in_an_import(one: str, other: str) -> None:
    assert fold_spelling(one) == fold_spelling(other)


@pytest.mark.parametrize("text", ["Stop\ufe0f", "S\u20dd t o p", "ＳＴＯＰ", "st\u00adop", "arre\u0302t", "ARRÊT"])
def test_stop_words_are_folded_as_everything(text: str) -> None:
    assert is_stop(text)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_spelling(fold_spelling(text)) == fold_spelling(text)
    assert plain(plain(text)) == plain(text)


@given(st.text(st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F), max_size=20))
def test_composed_and_apart_are_the_same(text: str) -> None:
    for rule in (fold, fold_spelling):
        assert rule(unicodedata.normalize("NFD", text)) == rule(unicodedata.normalize("NFC", text))


def test_nobody_else_has_a_rule_of_their_own() -> None:
    """``accounts`` stands below: it sorts the names of countries."""
    found = {
        name
        for name, module in modules().items()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("normalize", "combining")
        if isinstance(node.value, ast.Name) and node.value.id == "unicodedata"
    }
    assert found == {"regions.plain_text", "foundation.accounts.countries"}
