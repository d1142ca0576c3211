"""Finds separately rounded figures that do not add up, for notes in the release. Pure functions.

Uses published figures only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reporting.figures.measures import EQUATIONS

from .content import TOTAL, Content, Figure, Table, TableRow
from .form_texts import Words

#: Number of differences named in a sentence.
NAMED = 4


@dataclass(frozen=True)
class Difference:
    """``label``: of the figure; ``parts``: the sum of the numbers that should equal it."""

    label: str
    figure: int
    parts: int


def notes(content: Content, table: Table, words: Words) -> list[str]:
    """Sentences for below the table, in the language of ``words``; none if everything adds up."""
    found = []
    if differing := list(_of_rows(table)):
        found.append(words.rows_differ.format(examples=_listed(differing, words)))
    if differing := list(_of_periods(table)):
        found.append(words.periods_differ.format(examples=_listed(differing, words)))
    for title, differing in _elsewhere(content, table):
        found.append(words.tables_differ.format(table=title, examples=_listed(differing, words)))
    if table.code == "caller_type" and _has_unspecified(content, table):
        found.append(words.unspecified)
    return found


def _listed(differing: Sequence[Difference], words: Words) -> str:
    said = [
        words.difference.format(label=one.label, parts=words.number(one.parts), figure=words.number(one.figure))
        for one in differing[:NAMED]
    ]
    return words.semicolon.join([*said, *(["…"] if len(differing) > NAMED else [])])


def _difference(label: str, figure: Figure, parts: Iterable[Figure]) -> Iterator[Difference]:
    """None if no part is a number, because then nothing can contradict the figure."""
    numbers = [part for part in parts if isinstance(part, int)]
    if isinstance(figure, int) and numbers and sum(numbers) != figure:
        yield Difference(label, figure, sum(numbers))


def _of_rows(table: Table) -> Iterator[Difference]:
    if table.total is None:
        return
    for place, column in enumerate(table.columns):
        yield from _difference(column.label, table.total.figures[place], (row.figures[place] for row in table.body))


def _of_periods(table: Table) -> Iterator[Difference]:
    for row in table.rows:
        yield from _difference(row.label, row.total, row.figures[:-1])


def _elsewhere(content: Content, table: Table) -> Iterator[tuple[str, list[Difference]]]:
    """Tables that count the same in other parts: members of groups, and equations of the measures."""
    if table.code == "caller_type" and (groups := _find(content, "caller_group")):
        differing: list[Difference] = []
        for group in groups.body:
            members = [row.total for row in table.body if row.group == group.code]
            differing += _difference(group.label, group.total, members)
        if differing:
            yield groups.title, differing
    by_table: dict[str, list[Difference]] = {}
    for equation in EQUATIONS:
        tables = {term.measure for term in equation.parts}
        if equation.total.measure == table.code and len(tables) == 1 and (other := _find(content, *tables)):
            rows = [_row(other, term.key) for term in equation.parts]
            row = _row(table, equation.total.key)
            if row and all(rows):
                figures = [one.total for one in rows if one]
                by_table.setdefault(other.title, []).extend(_difference(row.label, row.total, figures))
    yield from ((title, differing) for title, differing in by_table.items() if differing)


def _has_unspecified(content: Content, table: Table) -> bool:
    """Whether a row has the label of a group but only a part of it, as in releases before rows had groups."""
    groups = _find(content, "caller_group")
    names = {row.code: row.label for row in groups.body} if groups else {}
    return not any(row.group for row in table.body) and any(row.code in names for row in table.body)


def _find(content: Content, code: str) -> Table | None:
    return next((table for table in content.tables if table.code == code), None)


def _row(table: Table, key: str) -> TableRow | None:
    return table.total if key == TOTAL else next((row for row in table.body if row.code == key), None)
