"""Lists at ten times the rows: cases for a coordinator and for a handler, contacts, the first page and a deep one.

Compared: each page over HTTP with the same page of the larger database. Deep: the page that begins where nine tenths of
the rows are newer. The first page of cases also names completed triage without a case.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from benchmarks import desk
from benchmarks.browser import Browser
from benchmarks.measure import Bench, Goal, Line, Measure, Wrong
from benchmarks.place import Scale
from benchmarks.staff import COORDINATOR, handler
from foundation.ui.pagination import SIZE

SECONDS = 2
GOAL = Goal(1.3)
CASES = ("cases_case", "opened_at", "/cases/?show=all")
CONTACTS = ("hotline_contact", "started_at", "/contacts/")
Listed = tuple[str, str, str]


def measure(bench: Bench) -> Iterator[Line]:
    coordinator = COORDINATOR
    yield from bench.growth("case list, coordinator, first page", lambda s: _page(s, coordinator, CASES[2]), GOAL)
    yield from bench.growth("case list, coordinator, deep page", lambda s: _deep(s, coordinator, CASES), GOAL)
    yield from bench.growth(
        "case list, handler, own open cases", lambda s: _page(s, handler(0), "/cases/?show=mine", 0), GOAL
    )
    yield from bench.growth("contacts, coordinator, first page", lambda s: _page(s, coordinator, CONTACTS[2]), GOAL)
    yield from bench.growth("contacts, coordinator, deep page", lambda s: _deep(s, coordinator, CONTACTS), GOAL)
    yield from bench.growth("contacts, handler, first page", lambda s: _page(s, handler(0), CONTACTS[2]), GOAL)
    yield from bench.growth("the desk, handler", lambda s: _page(s, handler(0), "/desk/", 0), GOAL)


def _page(scale: Scale, email: str, path: str, rows: int = SIZE) -> Measure:
    """Raises Wrong when the page lists fewer than ``rows`` cases or contacts."""

    def look(browser: Browser) -> None:
        found = set(re.findall(rb"/(?:cases|contacts)/[0-9a-f-]{36}/", browser.get(path).body))
        if len(found) < rows:
            raise Wrong(f"{path} lists {len(found)} rows")

    return desk.latency_of(scale, SECONDS, look, email)


def _deep(scale: Scale, email: str, listed: Listed) -> Measure:
    table, column, path = listed
    where = f"select {column}, id from {table} where centre_id = %s order by {column} desc, id desc"
    all_rows = scale.ask(f"select count(*) from {table} where centre_id = %s", scale.centre)[0][0]
    moment, key = scale.ask(f"{where} offset {all_rows * 9 // 10} limit 1", scale.centre)[0]
    cursor = base64.urlsafe_b64encode(f"{moment.isoformat()}|{key}".encode()).decode().rstrip("=")
    return _page(scale, email, f"{path}{'&' if '?' in path else '?'}before={cursor}")
