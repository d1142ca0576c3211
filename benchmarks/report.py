"""A year's figures for all measures, as a release will read them: one query of the cells.

Compared: that query, as the web's role and as a coordinator, with itself at ten times the contacts; and with counting
half of the measures by a scan of the year's contacts, asked by a superuser.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median

from benchmarks.measure import Bench, Goal, Line, Measure, Wrong, line
from benchmarks.place import Scale
from benchmarks.staff import COORDINATOR
from supervisor.environment import WEB

TIMES = 15
CELLS = "select measure, key, month, number from reporting_cell where centre_id = %s and month between %s and %s"
BY = ("caller_type_id", "channel", "language", "region_id", "phenomenon", "age_band", "sex")
SCAN = f"""
select {", ".join(BY)}, month, count(*) from (
    select {", ".join(BY)}, date_trunc('month', started_at at time zone 'Europe/Berlin')::date as month
    from hotline_contact
    where centre_id = %s and kind = 'counselling' and state = 'completed' and started_at >= %s and started_at < %s) one
group by grouping sets ({", ".join(f"(month, {column})" for column in BY)})
"""


def measure(bench: Bench) -> Iterator[Line]:
    yield from bench.growth("report: a year's cells, all measures", _cells, Goal(1.3))
    found = bench.compare(_scan(bench.small), _cells(bench.small))
    yield line("report: a year's cells, all measures", f"a scan of the year's contacts at {bench.small.words}", found,
               Goal(0.02))  # fmt: skip


def _year() -> tuple[date, date]:
    """The first days of the first and the last of the twelve months before this one."""
    last = (date.today().replace(day=1) - timedelta(days=1)).replace(day=1)  # noqa: DTZ011  whichever zone
    return (last - timedelta(days=330)).replace(day=1), last


def _cells(scale: Scale) -> Measure:
    actor = str(scale.people[COORDINATOR])

    def measured() -> float:
        times = []
        with scale.connect(WEB) as connection, connection.transaction():
            connection.execute("select set_config('app.actor', %s, true)", [actor])
            for _time in range(TIMES):
                began = time.perf_counter()
                rows = connection.execute(CELLS, [scale.centre, *_year()]).fetchall()
                times.append(time.perf_counter() - began)
        if len({month for _measure, _key, month, _number in rows}) != 12:
            raise Wrong("the cells are not those of a year")
        return median(times)

    return measured


def _scan(scale: Scale) -> Measure:
    first, last = _year()
    end = (last + timedelta(days=31)).replace(day=1)

    def measured() -> float:
        began = time.perf_counter()
        if not scale.ask(SCAN, scale.centre, first, end):
            raise Wrong("no contact in a year")
        return time.perf_counter() - began

    return measured
