"""The list of measures is whole: what each says of others is there, and readers find each table described."""

from __future__ import annotations

import re

import pytest
from cluster import CHECKOUT

from reporting.figures.measures import BY_CODE, EQUATIONS, MEASURES, TABLES, Equation, Measure, Source, Term
from reporting.publishing.compiling import LIAISONS, ORGANISATIONS

CODED = [measure for measure in MEASURES if measure.source == Source.CODE]


def is_known(term: Term) -> bool:
    return term.key == "total" or term.key.startswith("*") or BY_CODE[term.measure].accepts(term.key)


@pytest.mark.parametrize("equation", EQUATIONS, ids=str)
def test_equations_name_published_keys_of_what_counts_the_same(equation: Equation) -> None:
    terms = [equation.total, *equation.parts]
    assert [term for term in terms if not is_known(term)] == []
    assert len({BY_CODE[term.measure].of for term in terms}) == 1
    assert all(BY_CODE[term.measure].is_table for term in terms)


@pytest.mark.parametrize("measure", [one for one in MEASURES if one.share], ids=lambda one: one.code)
def test_shares_are_of_published_keys(measure: Measure) -> None:
    assert measure.share is not None
    assert measure.is_table
    assert all(measure.accepts(key) for key in (*measure.share.part, *measure.share.whole))


@pytest.mark.parametrize("measure", TABLES, ids=lambda one: one.code)
def test_tables_say_what_they_mean_and_where_they_mislead(measure: Measure) -> None:
    assert str(measure.definition)
    assert str(measure.bias)


def test_measures_whose_keys_the_code_names_have_some() -> None:
    assert [measure.code for measure in CODED if not measure.keys] == []


def test_readers_find_every_table_in_the_page_on_releases() -> None:
    page = (CHECKOUT / "docs" / "releases.md").read_text(encoding="utf-8").partition("## Tables")[2]
    named = re.findall(r"`(\w+)`", "".join(re.findall(r"^\|[^|]*\|", page, re.MULTILINE)))
    assert sorted(named) == sorted([*(measure.code for measure in TABLES), ORGANISATIONS, LIAISONS])
