"""Logs contacts over HTTP, and checks that the database has every row that was acknowledged."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from statistics import median
from zoneinfo import ZoneInfo

from benchmarks.browser import Browser
from benchmarks.measure import Measure, Wrong
from benchmarks.place import Scale
from benchmarks.staff import KNOWN_NUMBERS, handler, phone

ZONE = ZoneInfo("Europe/Berlin")
EVENTS = 3
"""Of a contact that is opened, written down and completed."""
Rows = tuple[int, ...]
Step = Callable[[Browser], object]
chance = random.Random(1)  # noqa: S311  test data
NOTES = "Invented words about nobody. " * 12


def logs(scale: Scale) -> Step:
    """One contact from the empty form to its end: opened, then completed with every field filled in. Two forms."""

    def log_contact(browser: Browser) -> None:
        contact = open_contact(browser)
        typed = filled_in(chance.randrange(KNOWN_NUMBERS), chance.choice(scale.postal_codes))
        browser.post(f"/desk/{contact}/complete/", {"version": "1", **typed}, expect=302)

    return log_contact


def open_contact(browser: Browser) -> uuid.UUID:
    """One form, without anything but its channel."""
    contact = uuid.uuid4()
    browser.post("/desk/new/", {"contact_id": str(contact), "channel": "phone"}, expect=302)
    return contact


def filled_in(caller: int, postal_code: str) -> dict[str, str | list[str]]:
    """The whole form; ``caller``: whose number."""
    return {
        "channel": "phone", "kind": "counselling", "started_at": datetime.now(ZONE).strftime("%Y-%m-%dT%H:%M"),
        "caller_type": "parent", "language": "de", "alias": "Invented", "phone": phone(caller), "country": "DE",
        "postal_code": postal_code, "municipality": "Invented", "relation": "child", "age_band": "14_17", "sex": "male",
        "phenomenon": "right", "topics": ["behaviour", "online"], "notes": NOTES, "advice": NOTES[:80],
        "label": "umzug dachs",
    }  # fmt: skip


def throughput(scale: Scale, clients: int, seconds: float, step: Step, *, completes: bool) -> float:
    """Steps per second of this number of concurrent people, each with a new connection.

    Raises Wrong when the database does not hold exactly the rows of those that were acknowledged.
    """
    browsers = [scale.browser(handler(number)) for number in range(clients)]
    before = rows_between(scale)
    began = time.monotonic()
    with ThreadPoolExecutor(clients) as people:
        made = sum(people.map(lambda browser: work(browser, began + seconds, step), browsers))
    took = time.monotonic() - began
    rows_between(scale, before, made, completes=completes)
    return made / took


def latency(scale: Scale, seconds: float, step: Step, email: str) -> float:
    """The median of one person's steps, one after the other, in seconds; the first does not count."""
    browser = scale.browser(email)
    step(browser)
    times = []
    until = time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        step(browser)
        times.append(time.monotonic() - began)
    browser.close()
    return median(times)


def latency_of(scale: Scale, seconds: float, step: Step, email: str = handler(0)) -> Measure:
    return lambda: latency(scale, seconds, step, email)


def work(browser: Browser, until: float, step: Step) -> int:
    made = 0
    while time.monotonic() < until:
        step(browser)
        made += 1
    browser.close()
    return made


def rows_between(scale: Scale, before: Rows = (), made: int = 0, *, completes: bool = False) -> Rows:
    """Contacts begun, contacts completed, events, links: now. Generated contacts have no events.

    With ``before``: raises Wrong when that is not ``made`` contacts ago.
    """
    counts = (
        "select (select last_value from hotline_contact_number), (select count(*) from journal_event"
        " where kind = 'contact.completed'), (select count(*) from journal_event), (select count(*) from journal_link)"
    )
    now = tuple(int(value) for value in scale.ask(counts)[0])
    if before:
        events = made * (EVENTS if completes else 1)
        expected = (made, made if completes else 0, events, events)
        if made == 0 or tuple(new - old for new, old in zip(now, before, strict=True)) != expected:
            raise Wrong(f"{made} acknowledged, but the database went from {before} to {now}")
    return now
