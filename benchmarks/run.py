"""All benchmarks, one after the other."""

from __future__ import annotations

import argparse
import traceback
from collections.abc import Callable, Iterator

from benchmarks import (
    costs,
    document,
    first_pages,
    generate,
    intake,
    like_for_like,
    lists,
    lookup,
    memory,
    push,
    ranking,
    recognition,
    report,
    rollup,
    search,
    table,
    telephone,
    triage,
)
from benchmarks.measure import Bench, Line
from benchmarks.place import Place

BENCHMARKS: dict[str, Callable[[Bench], Iterator[Line]]] = {
    "intake": intake.measure,
    "paths": like_for_like.measure,
    "flat": like_for_like.flat,
    "recognition": recognition.measure,
    "lookup": lookup.measure,
    "push": push.measure,
    "ranking": ranking.measure,
    "search": search.measure,
    "lists": lists.measure,
    "pages": first_pages.measure,
    "report": report.measure,
    "rollup": rollup.measure,
    "memory": memory.measure,
    "telephone": telephone.measure,
    "triage": triage.measure,
}


def everything(place: Place, options: argparse.Namespace) -> int:
    """Make missing databases, measure, write the table (or costs). Returns 1 if a benchmark failed."""
    scales = list(place.scales)
    for scale in scales:
        if options.fresh:
            scale.mark.unlink(missing_ok=True)
        generate.make(scale)
        generate.tidy(scale)
    written = scales[0].copy()
    if options.costs:
        costs.write(place, written, options.out)
        written.drop()
        return 0
    names = options.only.split(",") if options.only else list(BENCHMARKS)
    lines: list[Line] = []
    bench = Bench(scales, written, options.rounds, options.answer_requests)
    failed = [name for name in names if not _ran(name, bench, lines)]
    document.replace(options.out, table.SECTION, table.page(lines, scales, options.rounds, place))
    written.drop()
    return 1 if failed else 0


def _ran(name: str, bench: Bench, lines: list[Line]) -> bool:
    """Add the lines of this benchmark; False when it failed."""
    try:
        for line in BENCHMARKS[name](bench):
            print(f"{line.path} | {line.beside} | {line.figure} | {line.seen} | {line.goal} | {line.met}", flush=True)
            lines.append(line)
    except Exception as error:  # run the others
        traceback.print_exc()
        lines.append(Line(name, "", f"failed: {type(error).__name__}"))
        return False
    return True
