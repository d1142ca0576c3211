"""The list of measures is consistent: its references exist, and each table is described for readers."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import combinations

import pytest
from cluster import CHECKOUT

from reporting.figures.measure import Equation, Measure, Source, Term
from reporting.figures.measures import BY_CODE, EQUATIONS, MEASURES, TABLES
from reporting.publishing.compiling import LIAISONS, ORGANISATIONS
from tests.reporting.publishing.attack import AMONG, SAME

CODED = [measure for measure in MEASURES if measure.source == Source.CODE]


def is_known(term: Term) -> bool:
    return term.key == "total" or term.key.startswith("*") or BY_CODE[term.measure].accepts(term.key)


@pytest.mark.parametrize("equation", EQUATIONS, ids=str)
def test_equations_name_published_keys_of_what_counts_the_same(equation: Equation) -> None:
    """Or of something that is counted among all of something else."""
    terms = [equation.total, *equation.parts]
    assert [term for term in terms if not is_known(term)] == []
    assert len({BY_CODE[term.measure].of for term in terms}) == 1 or equation.total.key == "total"
    assert all(BY_CODE[term.measure].is_table for term in terms)


@pytest.mark.parametrize("measure", [one for one in MEASURES if one.share], ids=lambda one: one.code)
def test_shares_are_of_published_keys(measure: Measure) -> None:
    assert measure.share is not None
    assert measure.is_table
    assert all(measure.accepts(key) for key in (*measure.share.part, *measure.share.whole))


@pytest.mark.parametrize("measure", TABLES, ids=lambda one: one.code)
def test_tables_have_definition_and_bias(measure: Measure) -> None:
    assert str(measure.definition)
    assert str(measure.bias)


def test_measures_whose_keys_the_code_names_have_some() -> None:
    assert [measure.code for measure in CODED if not measure.keys] == []


def test_docs_on_releases_list_every_table() -> None:
    page = (CHECKOUT / "docs" / "releases.md").read_text(encoding="utf-8").partition("## Tables")[2]
    named = re.findall(r"`(\w+)`", "".join(re.findall(r"^\|[^|]*\|", page, re.MULTILINE)))
    assert sorted(named) == sorted([*(measure.code for measure in TABLES), ORGANISATIONS, LIAISONS])


def columns(measure: Measure) -> set[str]:
    """What its key is made of: columns of the rows, or the fields of an imported contact."""
    read = Reading()
    if measure.imported:
        with suppress(KeyError, ValueError):
            measure.imported(read)
    return set(re.findall(r"\bn\.(\w+)", measure.sql)) | read.names


class Reading(dict[str, str]):
    """Any field of an imported contact; remembers which ones were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __missing__(self, name: str) -> str:
        self.names.add(name)
        return BY_CODE[name].keys[0][0] if name in BY_CODE and BY_CODE[name].keys else "unknown"


def linked(relations: list[set[str]], one: Measure, other: Measure) -> bool:
    """Whether relations lead from the one to the other."""
    known = {one.code}
    while new := {code for codes in relations if codes & known for code in codes} - known:
        known |= new
    return other.code in known


#: The codes of the measures of each equation: of the control of releases, and of the attack on it.
OF_CONTROL = [{term.measure for term in (one.total, *one.parts)} for one in EQUATIONS]
OF_ATTACK = [{what, other} for what, _keys, other, _others in (*SAME, *AMONG)]


@pytest.mark.parametrize("relations", [OF_CONTROL, OF_ATTACK], ids=["control", "attack"])
def test_tables_made_of_the_same_column_have_equations(relations: list[set[str]]) -> None:
    pairs = [(one, other) for one, other in combinations(TABLES, 2) if one.of == other.of]
    alike = [(one, other) for one, other in pairs if columns(one) & columns(other)]
    assert len(alike) >= 5
    assert [(one.code, other.code) for one, other in alike if not linked(relations, one, other)] == []
