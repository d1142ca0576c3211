"""Blind-index look-up: the earlier contacts of a number, as the desk asks for them.

Compared: `ntk.earlier_contacts` with a caller's index and no place, with `select 1`, both by psycopg as the web's role
inside one acting transaction; and with itself at ten times the contacts and callers. With place, age and phenomenon,
which the weak hint needs, only the growth.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator
from statistics import median

from benchmarks.measure import Bench, Goal, Line, Measure, Wrong, line
from benchmarks.place import Scale
from benchmarks.staff import KNOWN_NUMBERS, handler
from supervisor.environment import WEB

TIMES = 300
NUMBER = """
select id, number, started_at, caller_type, handler_id, same_number
from ntk.earlier_contacts(%s, '', 'unknown', 'unknown', gen_random_uuid())
"""
WITH_PLACE = NUMBER.replace("'', 'unknown', 'unknown'", "'04109', '14_17', 'right'")


def measure(bench: Bench) -> Iterator[Line]:
    found = bench.compare(seconds(bench.small, "select 1 where %s is not null"), seconds(bench.small, NUMBER))
    yield line("blind-index look-up", "`select 1`", found, Goal(4))
    yield from bench.growth("blind-index look-up", lambda scale: seconds(scale, NUMBER), Goal(1.5))
    yield from bench.growth("the same with place, age, phenomenon", lambda scale: seconds(scale, WITH_PLACE))


def seconds(scale: Scale, query: str) -> Measure:
    """The median of one query, each time for another caller; a caller comes as often as they call."""
    chance = random.Random(7)  # noqa: S311
    actor = str(scale.people[handler(0)])

    def measured() -> float:
        times = []
        rows = 0
        with scale.connect(WEB) as connection, connection.transaction():
            connection.execute("select set_config('app.actor', %s, true)", [actor])
            for index in [_index(_caller(chance, scale.contacts)) for _time in range(TIMES)]:
                began = time.perf_counter()
                rows += len(connection.execute(query.encode(), [index]).fetchall())
                times.append(time.perf_counter() - began)
        if rows < TIMES / 2:
            raise Wrong(f"{TIMES} look-ups found {rows} rows")
        return median(times)

    return measured


def _caller(chance: random.Random, contacts: int) -> int:
    """As in generate.CALLER, without the known numbers."""
    again = contacts * 0.0035
    callers = again if chance.random() < 0.3 and again > KNOWN_NUMBERS else contacts * 0.35
    return KNOWN_NUMBERS + int(chance.random() * (callers - KNOWN_NUMBERS))


def _index(caller: int) -> bytes:
    return hashlib.sha256(f"caller {caller}".encode()).digest()
