"""What one request of each hot path costs: statements, database, Python, bytes. Written into docs/benchmarks.md.

Measured in one process without a web server, one request after the other, on a copy of the first database. A statement
or package with more than a twentieth is listed; what was done about it is written by hand into its last column, and is
kept when the tables are written again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks import document, hot_paths, statements, table
from benchmarks.hot_paths import HotPath, Taken
from benchmarks.place import Place, Scale
from benchmarks.statements import Statement

TIMES = 20
LISTED = 0.05
SECTION = "costs"
LINE = """
insert into switchboard_line (number, centre_id, name, languages, skill, is_round_the_clock, is_active, version)
values (%s, %s, 'Benchmark', '{de}', '', true, true, 0) on conflict do nothing
"""
PAGE = """\
## What one request costs

Written by `python -m benchmarks --data DIR --costs` on {day}: {machine}; {contacts} contacts, the median of {times} requests, one after the
other, in one process by Django's test client, without the web server. *Sent* are the statements that Django sends, with savepoints; *counted* are
those that PostgreSQL counts, without BEGIN and COMMIT. Planning and execution are PostgreSQL's, all statements of the request together. The limits that
a test keeps are in `tests/costs/test_statements.py`.

| path | sent | counted | planning, ms | execution, ms | processor in Python, ms | whole, ms | bytes |
|---|---|---|---|---|---|---|---|
{rows}

Below, for each path: statements with more than 5 % of its time in the database, and packages with more than 5 % of its time in Python's profiler (their own
code, not what they call; the profiler makes short functions look dearer). The last column is written by hand and kept.
"""  # noqa: E501  the page is as wide as the other pages of docs/
Notes = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Cost:
    name: str
    taken: list[Taken]
    statements: list[Statement]
    packages: dict[str, float]

    @property
    def database(self) -> float:
        """Milliseconds."""
        return sum(one.total for one in self.statements)


def write(place: Place, scale: Scale, file: Path) -> None:
    """``scale``: a copy for writing."""
    statements.prepare(scale)
    scale.do(LINE, hot_paths.LINE, scale.centre)
    costs = [_cost(scale, path) for path in hot_paths.HOT_PATHS]
    notes = notes_of(document.read(file, SECTION))
    kept: set[tuple[str, str]] = set()
    page = [_overview(place, scale, costs), *(details(cost, notes, kept) for cost in costs)]
    document.replace(file, SECTION, "\n".join(page))
    for path, what in notes.keys() - kept:
        print(f"costs: not listed any more: {path}: {what}: {notes[path, what]}", file=sys.stderr)


def _cost(scale: Scale, path: HotPath) -> Cost:
    process = scale.web_role
    process.call(hot_paths.prepare, path.name, scale.postal_codes[0], TIMES)
    statements.reset(scale)
    taken = process.call(hot_paths.run)
    counted = statements.since_reset(scale, TIMES)
    process.call(hot_paths.prepare, path.name, scale.postal_codes[0], TIMES)
    packages = process.call(hot_paths.profile)
    print(f"{path.name}: {taken[-1].statements} statements", flush=True)
    return Cost(path.name, taken, counted, packages)


def _overview(place: Place, scale: Scale, costs: list[Cost]) -> str:
    return PAGE.format(
        day=datetime.now(UTC).date().isoformat(),
        machine=table.machine(place),
        contacts=scale.words,
        times=TIMES,
        rows="\n".join(_row(cost) for cost in costs),
    )


def _row(cost: Cost) -> str:
    taken = cost.taken
    counted = sum(one.calls for one in cost.statements if not one.is_transaction)
    cells = [
        cost.name,
        f"{median(one.statements for one in taken):.0f}",
        f"{counted:.3g}",
        f"{sum(one.planning for one in cost.statements):.2f}",
        f"{sum(one.execution for one in cost.statements):.2f}",
        f"{median(one.processor for one in taken) * 1000:.1f}",
        f"{median(one.wall for one in taken) * 1000:.1f}",
        f"{median(one.size for one in taken):.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def details(cost: Cost, notes: Notes, kept: set[tuple[str, str]]) -> str:
    """``kept``: gets the keys of the notes that have a row."""

    def row(share: float, what: str, *cells: str) -> str:
        key = (cost.name, what)
        kept.update({key} & notes.keys())
        return f"| {' | '.join([f'{share:.0%}', *cells, what, notes.get(key, '')])} |"

    listed = [
        row(
            one.total / cost.database,
            f"`{one.short}`",
            f"{one.calls:.3g}",
            f"{one.planning:.2f}",
            f"{one.execution:.2f}",
        )
        for one in cost.statements
        if one.total > LISTED * cost.database
    ]
    packages = [
        row(share, name) for name, share in sorted(cost.packages.items(), key=lambda one: -one[1]) if share > LISTED
    ]
    return "\n".join(
        [
            f"### Costs: {cost.name}\n",
            "| share | times | planning, ms | execution, ms | statement | what was done |\n|---|---|---|---|---|---|",
            *listed,
            "\n| share | package | what was done |\n|---|---|---|",
            *packages,
            "",
        ]
    )


def notes_of(text: str) -> Notes:
    """What was written by hand: the last cell of each row, by path and last but one."""
    return {(path, what): note for path, what, note in _noted(text)}


def _noted(text: str) -> Iterator[tuple[str, str, str]]:
    path = ""
    for line in text.splitlines():
        if line.startswith("### Costs: "):
            path = line.removeprefix("### Costs: ")
        elif path and re.match(r"\| \d+%", line):
            *_cells, what, note = re.split(r"(?<!\\)\|", line.strip().removesuffix("|"))
            if note.strip():
                yield path, what.strip(), note.strip()
