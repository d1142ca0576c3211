"""A caller recognised on the screen: the fragment with possible earlier contacts, fetched over HTTP.

Compared: the blind-index look-up, what the reader may know of the contacts found, the trace of the look and the page's
fragment, with logging a contact, by the same person in the same run; and with itself at ten times the contacts.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import desk
from benchmarks.browser import Browser
from benchmarks.measure import Bench, Goal, Line, Measure, Wrong, line
from benchmarks.place import Scale
from benchmarks.staff import KNOWN_NUMBERS, handler

SECONDS = 2
PERSON = handler(9)  # whose desk is not measured elsewhere


def measure(bench: Bench) -> Iterator[Line]:
    scale = bench.written
    shown = recognised(scale)
    path = "caller recognised on the screen"
    found = bench.compare(desk.latency_of(scale, SECONDS, desk.open_contact), shown)
    yield line(path, "the first form of logging a contact", found)
    found = bench.compare(desk.latency_of(scale, SECONDS, desk.logs(scale)), shown)
    yield line(path, "logging a contact, both forms", found, Goal(0.6))
    yield from bench.growth(path, recognised, Goal(1.5))


def recognised(scale: Scale) -> Measure:
    """The median seconds of the fragment, for known callers in turn."""
    browser = scale.browser(PERSON)
    contacts = [_contact_of(scale, browser, caller) for caller in range(0, KNOWN_NUMBERS, KNOWN_NUMBERS // 20)]
    turn = iter(range(10**9))

    def look(browser: Browser) -> None:
        answer = browser.get(f"/desk/{contacts[next(turn) % len(contacts)]}/earlier/")
        if b"/contacts/" not in answer.body:
            raise Wrong("a known caller was not recognised")

    return desk.latency_of(scale, SECONDS, look, PERSON)


def _contact_of(scale: Scale, browser: Browser, caller: int) -> str:
    """A contact on the desk in which this number was typed."""
    contact = str(desk.open_contact(browser))
    browser.post(
        f"/desk/{contact}/save/",
        {"version": "1", **desk.filled_in(caller, scale.postal_codes[caller % 500])},
        expect=200,
    )
    return contact
