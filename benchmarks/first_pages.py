"""First pages of lists at each size of the database, and the desk with its processor time.

Compared: the page over HTTP with its rows in raw SQL (session, memberships, the page) by the same role and person; and
with itself on the first database. For a coordinator, for a handler with few own cases and for one who owns a tenth.
Milliseconds are of one client; the rate is that of eight. Processor time is the web processes', by the kernel.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from statistics import median

from benchmarks import desk, raw, statements
from benchmarks.browser import Browser
from benchmarks.measure import Bench, Goal, Line, Measure, Wrong, amount, line
from benchmarks.place import Scale
from benchmarks.staff import COORDINATOR, FEW, MANY
from foundation.ui.pagination import SIZE

CLIENTS = 8
SECONDS = 2
COUNTED = 10
GROWS = Goal(1.3)
AT_20K = Goal(20, unit=" ms")
MOST_AT_GOAL = 200_000
"""The goal in milliseconds is for databases below this size; above it, the goal is the growth."""
OWN = """
select c.* from cases_responsibility r join cases_case c on c.id = r.case_id
where r.user_id = :actor and r.until is null and c.state = 'open' order by c.opened_at desc, c.id desc limit 50
"""
ALL = "select * from cases_case where centre_id = {centre} order by opened_at desc, id desc limit 50"
CONTACTS = "select * from hotline_contact where centre_id = {centre} order by started_at desc, id desc limit 50"
MY_WORK = "select * from worklist_workitem where user_id = :actor order by due_at, id limit 50"
LATE_WORK = "select * from worklist_workitem where is_escalated and centre_id = {centre} order by due_at, id limit 50"
A_CASE = "select * from cases_action where case_id = '{case}' order by due_at"
MY_CONTACTS = "select * from hotline_contact where handler_id = :actor order by started_at desc, id desc limit 50"


@dataclass(frozen=True)
class Page:
    name: str
    email: str
    path: str
    sql: str
    rows: int = 0
    """At least so many cases or contacts are listed."""


PAGES = [
    Page("cases, coordinator", COORDINATOR, "/cases/?show=all", ALL, SIZE),
    Page("own cases, handler with few", FEW, "/cases/?show=mine", OWN),
    Page("own cases, handler with a tenth of all", MANY, "/cases/?show=mine", OWN),
    Page("contacts, coordinator", COORDINATOR, "/contacts/", CONTACTS, SIZE),
    Page("contacts, handler with few", FEW, "/contacts/", MY_CONTACTS),
    Page("contacts, handler with a tenth of all", MANY, "/contacts/", MY_CONTACTS, SIZE),
    Page("Today, handler with about 200 due", FEW, "/today/", MY_WORK),
    Page("Today, handler with a tenth of all", MANY, "/today/", MY_WORK),
    Page("Today, coordinator", COORDINATOR, "/today/", LATE_WORK),
    Page("a case with 20 actions", FEW, "/cases/{case}/", A_CASE),
]
PROCESSOR = [
    (Page("the desk", MANY, "/desk/", ""), Goal(25, unit=" ms")),
    (Page("telephone part of the desk", MANY, "/telephone/bar/", ""), Goal(4, unit=" ms")),
]


def measure(bench: Bench) -> Iterator[Line]:
    for page in PAGES:
        for scale in bench.scales:
            yield from _at(bench, scale, page)
        for scale in bench.scales[1:]:
            found = bench.compare(_latency(bench.small, page), _latency(scale, page))
            yield line(f"first page: {page.name}", f"itself, {bench.small.words} beside {scale.words}", found, GROWS)
        found = bench.compare(_raw_rate(bench.small, page), _rate(bench.small, page), "/s")
        yield line(f"first page: {page.name}, {CLIENTS} clients", f"pgbench, its rows at {bench.small.words}", found)
    for page, goal in PROCESSOR:
        readings = [_processor(bench.small, page) for _round in range(bench.rounds)]
        yield _absolute(f"{page.name}: processor time in Python", readings, goal)


def _at(bench: Bench, scale: Scale, page: Page) -> Iterator[Line]:
    name = f"first page: {page.name}, at {scale.words}"
    ours, theirs = _statements(scale, page)
    found = bench.compare(_raw_latency(scale, page), _latency(scale, page))
    counted = f"pgbench, its rows ({ours:.0f} statements beside {theirs:.0f})"
    yield line(f"{name}, 1 client, p50", counted, found)
    if found.subjects and "cases" in page.name:
        yield _absolute(name, found.subjects, AT_20K if scale.contacts < MOST_AT_GOAL else None)


def _absolute(name: str, readings: list[float], goal: Goal | None) -> Line:
    found = median(readings)
    told = f"{amount(found, 's')} ({amount(min(readings), 's')} to {amount(max(readings), 's')})"
    return Line(name, "–", told, "", str(goal or "–"), goal.is_met(found * 1000) if goal else None)


def _look(page: Page, browser: Browser) -> None:
    found = set(re.findall(rb"/(?:cases|contacts)/[0-9a-f-]{36}/", browser.get(page.path).body))
    if len(found) < page.rows:
        raise Wrong(f"{page.path} lists {len(found)} rows")


def _at_scale(scale: Scale, page: Page) -> Page:
    return replace(page, path=page.path.format(case=_case(scale)))


def _case(scale: Scale) -> str:
    """A case of the handler with few."""
    few = "select id from cases_case where contact_person_id = %s and state = 'open' order by number limit 1"
    return str(scale.ask(few, scale.people[FEW])[0][0])


def _latency(scale: Scale, page: Page) -> Measure:
    page = _at_scale(scale, page)
    return desk.latency_of(scale, SECONDS, lambda browser: _look(page, browser), page.email)


def _rate(scale: Scale, page: Page) -> Measure:
    page = _at_scale(scale, page)

    def measured() -> float:
        browsers = [scale.browser(page.email) for _number in range(CLIENTS)]
        began = time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as people:
            step = lambda browser: _look(page, browser)  # noqa: E731
            made = sum(people.map(lambda browser: desk.work(browser, began + SECONDS, step), browsers))
        return made / (time.monotonic() - began)

    return measured


def _script(scale: Scale, page: Page) -> str:
    return raw.reading(page.sql.format(centre=scale.centre, case=_case(scale)), str(scale.people[page.email]))


def _raw_latency(scale: Scale, page: Page) -> Measure:
    return lambda: raw.latency(scale, _script(scale, page), SECONDS)[0]


def _raw_rate(scale: Scale, page: Page) -> Measure:
    return lambda: raw.rate(scale, _script(scale, page), CLIENTS, SECONDS)[0]


def _statements(scale: Scale, page: Page) -> tuple[float, float]:
    """Of the page and of the raw SQL."""
    page = _at_scale(scale, page)
    browser = scale.browser(page.email)
    _look(page, browser)
    ours = statements.count(scale, COUNTED, lambda: [browser.get(page.path) for _time in range(COUNTED)])
    browser.close()
    script = _script(scale, page)
    return ours, statements.count(scale, COUNTED, lambda: raw.times(scale, script, COUNTED))


def _processor(scale: Scale, page: Page) -> float:
    """Seconds of processor time of the web's processes for each request."""
    browser = scale.browser(page.email)
    browser.get(page.path)
    before = scale.web_processor_time()
    until = time.monotonic() + SECONDS
    made = 0
    while time.monotonic() < until:
        browser.get(page.path)
        made += 1
    browser.close()
    return (scale.web_processor_time() - before) / made
