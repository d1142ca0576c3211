"""The page with all figures, as Markdown."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime

from benchmarks.measure import RESTLESS, Line
from benchmarks.place import Place, Scale

SECTION = "table"
PAGE = """\
# Benchmarks

Written by `python -m benchmarks` on {day}: {machine}, the servers as `./lotse up` starts them, beside whatever else ran.

Every figure is a ratio measured in one run against a limit or a peer: the control, the path, the control again, {rounds} rounds.
Shown are the median, in brackets the lowest and highest round. A round in which the two measurements of the control differ
by more than {restless:.0f} % is dropped, and the figure says how many. "In this run" is what both sides took, for a feeling
only. Databases: {scales} invented contacts over eight years. What each line compares stands in the module of its name in `benchmarks/`.

| path | beside it | ratio (lowest to highest) | goal | met | in this run |
|---|---|---|---|---|---|
{rows}

## How to run it

    .venv/bin/python -m benchmarks --data DIR

DIR is a directory of the benchmarks' own; the databases in it are kept for the next run. `--scales 20000,200000` tries everything small,
`--only intake,lookup` chooses, `--rounds 3` is quicker, `--fresh` makes the databases anew, `--out FILE` writes elsewhere. The machine
should have nothing else to do: where it has, rounds are dropped. The command replaces this part of the document and leaves the rest. `--costs`
replaces the tables of what one request costs instead.

Two checkouts, in turn: `git worktree add ../old COMMIT`, copy `benchmarks/` of the newer one over the older one's, and give each a DIR of its own
(`--data`, `--out`). `--answer-requests 6` sends the answers of a full triage in six requests; a checkout from before 2026-11-29 needs 18.
"""  # noqa: E501  the page is as wide as the other pages of docs/
MET = {True: "yes", False: "**no**", None: ""}


def page(lines: list[Line], scales: list[Scale], rounds: int, place: Place) -> str:
    return PAGE.format(
        day=datetime.now(UTC).date().isoformat(),
        machine=machine(place),
        rounds=rounds,
        restless=(RESTLESS - 1) * 100,
        scales=" and ".join(scale.words for scale in scales),
        rows="\n".join(
            f"| {line.path} | {line.beside} | {line.figure} | {line.goal} | {MET[line.met]} | {line.seen} |"
            for line in lines
        ),
    )


def machine(place: Place) -> str:
    """In words: nothing that names it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    postgres = place.embedded.postgres.sql("show server_version").split()[0]
    of = f"{os.cpu_count()} cores and {memory:.0f} GB of memory"
    return f"{of}, {platform.system()}, Python {platform.python_version()}, PostgreSQL {postgres}"
