"""The cost of counting for the intake: measured with and without it.

Compared: contacts logged over HTTP by 8 people while the worker's counting task runs every two seconds, with the same
without it. What was logged meanwhile is counted before the next measurement, so that the task has only its own share.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks import desk
from benchmarks.measure import Bench, Goal, Line, Wrong, line
from benchmarks.place import Scale
from reporting.figures.tasks import count

CLIENTS = 8
SECONDS = 6
EVERY = 2.0


def measure(bench: Bench) -> Iterator[Line]:
    scale = bench.written
    step = desk.logs(scale)

    def alone() -> float:
        return desk.throughput(scale, CLIENTS, SECONDS, step, completes=True)

    def beside() -> float:
        scale.worker_role.call(count)
        counting = scale.worker_role.begin(count_for, SECONDS)
        logged = alone()
        counting.result()
        _all_counted(scale)
        return logged

    found = bench.compare(alone, beside, "/s")
    yield line("intake with the counting beside it", "intake without", found, Goal(0.95, at_least=True))


def count_for(seconds: float) -> None:
    until = time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        count()
        time.sleep(max(0.0, EVERY - (time.monotonic() - began)))


def _all_counted(scale: Scale) -> None:
    """Raises Wrong when the counts are not what the contacts say."""
    scale.worker_role.call(count)
    cells = "select sum(number) from reporting_cell where measure in ('contacts', 'other_kind')"
    counted, completed = scale.ask(
        f"select ({cells}), (select count(*) from hotline_contact where state = 'completed')"
    )[0]
    if counted != completed:
        raise Wrong(f"{counted} counted, {completed} completed")
