"""Answering a question of the checklist: the proposal alone, and the whole request over HTTP.

Compared: a request that saves an answer and shows the new proposal, with the first form of logging a contact, by the
same person in the same run. The rule table alone has a limit in milliseconds: it runs with every answer and every page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from benchmarks import desk
from benchmarks.browser import Browser
from benchmarks.measure import Bench, Goal, Line, Measure, Wrong, amount, line
from benchmarks.place import Scale
from benchmarks.staff import handler

SECONDS = 2
TIMES = 200
PERSON = handler(8)  # whose desk is not measured elsewhere
GOAL = Goal(1, unit=" ms")


def measure(bench: Bench) -> Iterator[Line]:
    scale = bench.written
    readings = [scale.web_role.call(proposal_seconds) for _round in range(bench.rounds)]
    found = median(readings)
    told = f"{amount(found, 's')} ({amount(min(readings), 's')} to {amount(max(readings), 's')})"
    yield Line("a proposal from a full checklist", "–", told, "", str(GOAL), GOAL.is_met(found * 1000))
    compared = bench.compare(desk.latency_of(scale, SECONDS, desk.open_contact, PERSON), answering(scale))
    yield line("an answer of the checklist over HTTP", "the first form of logging a contact", compared)


def proposal_seconds() -> float:
    """The median of a proposal, with an answer to every question."""
    from triage.checklist import current
    from triage.rules import propose

    asked = current()
    answers: dict[str, str | list[str]] = {question.id: question.codes[-1] for question in asked.questions.values()}
    times = []
    for _time in range(TIMES):
        began = time.perf_counter()
        propose(asked, answers)
        times.append(time.perf_counter() - began)
    return median(times)


def answering(scale: Scale) -> Measure:
    """The median seconds of an answer, to the same question of one contact, each time another one."""
    browser = scale.browser(PERSON)
    contact = desk.open_contact(browser)
    version = 0

    def answer(browser: Browser) -> None:
        nonlocal version
        code = "access" if version and version % 2 == 0 else "no"
        values = {"question": "weapons", "weapons": code, "version": str(version)}
        shown = browser.post(f"/triage/contacts/{contact}/answer/", values, expect=200)
        version = max(version, 1) + 1
        if f'name="version" value="{version}"'.encode() not in b" ".join(shown.body.split()):
            raise Wrong("an answer was not saved")

    return desk.latency_of(scale, SECONDS, answer, PERSON)
