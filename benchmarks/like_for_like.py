"""Whole paths over HTTP beside the same rows in raw SQL, with as many transactions as the path has requests.

Compared: a contact in two requests; contact, triage and case in four; a full triage. One client: the median; eight: the
rate. The rows are counted on both sides. Statements are PostgreSQL's count, of the path beside the raw SQL. "Flat": the
same by a handler with ten own cases beside one with 50,000, on a copy of the database.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from benchmarks import desk, own_cases, paths, raw, statements
from benchmarks.browser import Browser
from benchmarks.measure import Bench, Goal, Line, Measure, Wrong, line
from benchmarks.place import Scale
from benchmarks.staff import FEW, MANY, handler

CLIENTS = 8
SECONDS = 4
COUNTED = 10
FLAT = Goal(1.1)
ROWS = ("hotline_contact", "triage_assessment", "cases_case", "cases_responsibility", "journal_event")


@dataclass(frozen=True)
class Path:
    """``rows``: new ones in each table of ROWS; ``requests``: of raw SQL, one transaction each."""

    name: str
    step: desk.Step
    requests: list[str]
    rows: tuple[int, ...]


def measure(bench: Bench) -> Iterator[Line]:
    scale = bench.written
    for path in all_paths(scale, bench.answer_requests):
        beside = f"pgbench, the same rows in {len(path.requests)} transactions"
        counts = _statements(scale, path)
        found = bench.compare(_raw_latency(scale, path), _latency(scale, path, handler(0)))
        yield _with(line(f"{path.name}, 1 client, p50", beside, found), counts)
        found = bench.compare(_raw_rate(scale, path), _rate(scale, path), "/s")
        yield line(f"{path.name}, {CLIENTS} clients", beside, found)


def flat(bench: Bench) -> Iterator[Line]:
    scale = bench.small.copy("_own")
    own_cases.make(scale, scale.people[MANY])
    for path in all_paths(scale, bench.answer_requests)[:2]:
        found = bench.compare(_latency(scale, path, FEW), _latency(scale, path, MANY))
        yield line(f"{path.name}, by a handler with {own_cases.CASES:,} own cases", "by one with ten", found, FLAT)
    scale.drop()


def all_paths(scale: Scale, answer_requests: int) -> list[Path]:
    code = scale.postal_codes[0]
    sheet = paths.full_sheet()
    one, full = paths.decision(paths.ONE_ANSWER), paths.decision(sheet)

    def contact(browser: Browser) -> None:
        paths.complete_contact(browser, paths.open_contact(browser), code)

    def case(browser: Browser) -> None:
        opened = paths.open_contact(browser)
        paths.triage_to_case(browser, opened, paths.ONE_ANSWER, one)
        paths.complete_contact(browser, opened, code)

    def triage(browser: Browser) -> None:
        paths.triage_to_case(browser, paths.open_contact(browser), sheet, full, answer_requests)

    return [
        Path("contact in two requests", contact, raw.CONTACT, (1, 0, 0, 0, 3)),
        Path("contact, triage and case in four requests", case, raw.TO_CASE, (1, 1, 1, 1, 7)),
        Path(f"{len(sheet)} answers in {answer_requests} requests, and what opens and completes them", triage,
             raw.full_triage(answer_requests), (1, 1, 1, 1, 5)),
    ]  # fmt: skip


def _latency(scale: Scale, path: Path, email: str) -> Measure:
    def measured() -> float:
        made = 0

        def step(browser: Browser) -> None:
            nonlocal made
            path.step(browser)
            made += 1

        with_rows = _rows(scale)
        found = desk.latency(scale, SECONDS, step, email)
        _check(scale, path, with_rows, made)
        return found

    return measured


def _rate(scale: Scale, path: Path) -> Measure:
    def measured() -> float:
        browsers = [scale.browser(handler(number)) for number in range(CLIENTS)]
        before = _rows(scale)
        began = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as people:
            made = sum(people.map(lambda browser: desk.work(browser, began + SECONDS, path.step), browsers))
        took = time.monotonic() - began
        _check(scale, path, before, made)
        return made / took

    return measured


def _raw_latency(scale: Scale, path: Path) -> Measure:
    return _checked(scale, path, lambda script: raw.latency(scale, script, SECONDS // 2))


def _raw_rate(scale: Scale, path: Path) -> Measure:
    return _checked(scale, path, lambda script: raw.rate(scale, script, CLIENTS, SECONDS))


def _checked(scale: Scale, path: Path, run: Callable[[str], tuple[float, int]]) -> Measure:
    script = raw.writing(scale, path.requests, f"{scale.people[handler(0)]} + :client_id")

    def measured() -> float:
        before = _rows(scale)
        found, made = run(script)
        _check(scale, path, before, made)
        return found

    return measured


def _statements(scale: Scale, path: Path) -> str:
    """How many the path and the raw SQL need."""
    browser = scale.browser(handler(0))
    path.step(browser)
    ours = statements.count(scale, COUNTED, lambda: [path.step(browser) for _time in range(COUNTED)])
    browser.close()
    script = raw.writing(scale, path.requests, str(scale.people[handler(0)]))
    theirs = statements.count(scale, COUNTED, lambda: raw.times(scale, script, COUNTED))
    return f"{ours:.0f} statements beside {theirs:.0f}"


def _with(found: Line, counts: str) -> Line:
    return replace(found, seen=f"{found.seen}; {counts}" if found.seen else counts)


def _rows(scale: Scale) -> tuple[int, ...]:
    counts = ", ".join(f"(select count(*) from {table})" for table in ROWS)
    return tuple(int(value) for value in scale.ask(f"select {counts}")[0])


def _check(scale: Scale, path: Path, before: tuple[int, ...], made: int) -> None:
    """Raises Wrong when the database has not exactly the rows of ``made`` paths more."""
    now = _rows(scale)
    expected = tuple(old + made * new for old, new in zip(before, path.rows, strict=True))
    if made == 0 or now != expected:
        raise Wrong(f"{path.name}: {made} acknowledged, rows of {ROWS} are {now} instead of {expected}")
