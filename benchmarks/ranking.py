"""Ranking the partners for a need, with reasons for all of them, over 29,000 rows of coverage.

Compared: `handoff.referrals.ranking.rank_partners`, in the process as the web's role, with `select 1` over the same
connection; and with itself at ten times the contacts, since it counts the partners' referrals.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from django.db import connection

from benchmarks.measure import Bench, Goal, Line, Measure, Wrong, line
from benchmarks.place import Scale
from benchmarks.staff import PARTNERS, handler
from foundation.privacy.context import acting_as
from handoff.referrals.ranking import rank_partners
from regions.routing import Need

TIMES = 5
NEED = Need(region="DE-SN", country="DE", services=frozenset({"relatives"}), phenomenon="right", language="de")


def measure(bench: Bench) -> Iterator[Line]:
    scale = bench.small
    found = bench.compare(_measure(scale, select_seconds), _measure(scale, ranking_seconds))
    yield line("ranking partners, 29k rows of coverage", "`select 1`", found, Goal(4))
    yield from bench.growth("ranking partners", lambda scale: _measure(scale, ranking_seconds), Goal(1.3))


def _measure(scale: Scale, function: object) -> Measure:
    actor = scale.people[handler(0)]
    return lambda: scale.web_role.call(function, actor)  # type: ignore[arg-type]


def ranking_seconds(actor: int) -> float:
    times = []
    with acting_as(actor, purpose="benchmark"):
        for _time in range(TIMES):
            began = time.perf_counter()
            ranking = rank_partners(NEED)
            times.append(time.perf_counter() - began)
    if not ranking.ranked or len(ranking.ranked) + len(ranking.excluded) != PARTNERS:
        raise Wrong(f"{len(ranking.ranked)} ranked, {len(ranking.excluded)} excluded")
    return median(times)


def select_seconds(actor: int) -> float:
    times = []
    with acting_as(actor, purpose="benchmark"), connection.cursor() as cursor:
        for _time in range(100):
            began = time.perf_counter()
            cursor.execute("select 1")
            cursor.fetchone()
            times.append(time.perf_counter() - began)
    return median(times)
