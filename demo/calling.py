"""Simulated calls to a running server, and handlers who answer them in their browsers.

The provider speaks to the server over HTTP as the real one does; the handlers use the desk's own pages.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from multiprocessing.synchronize import Event
from urllib.parse import urlsplit

from demo.simulator import (
    WITHHELD,
    Caller,
    CallOutcome,
    CallStep,
    Chaos,
    Faults,
    Latency,
    Number,
    Phone,
    Provider,
    voicemail,
)

from .browser import Browser, Form, NoAnswer, PageResponse

LANGUAGE_KEYS = ("1", "1", "1", "2", "3")  # in the order of the demo's menu: German, English, French
HANG_UPS = tuple(CallStep)
#: Simulated seconds between two requests of the desk.
GLANCE = 20.0
#: Simulated seconds: callers who hang up earlier may leave before the event of the conversation arrives.
A_WORD = 20.0
#: Real seconds for which a caller may be alone in a room, and a handler in a call that is over.
ALONE = 10.0
DEAD = 60.0
GOODBYE = 15.0  # seconds for the platform to be notified that all have hung up
SETTLING = 60.0  # seconds for the last commands and sweeps; more where they fail
KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LEG = re.compile(r"/leg/([0-9a-f-]{36})/")


@dataclass(frozen=True)
class Plan:
    """``rate``: calls per real second; ``scale``: how much faster than life people speak and wait."""

    calls: int
    rate: float
    scale: float
    seed: int
    hang_ups: float = 0.25
    callbacks: float = 0.05
    """Share of those who ask to be called back; who shows no number then leaves a message."""
    duplicates: float = 0.1
    disorder: float = 0.1
    faults: float = 0.0
    """Share of each thing that may go wrong at the provider."""


@dataclass
class Result:
    """What the callers and the provider saw."""

    outcomes: list[CallOutcome] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    latencies: dict[str, Latency] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    still_open: list[str] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    """What is wrong on the platform after it had time to settle."""

    @property
    def waits(self) -> list[float]:
        """Simulated seconds in the queue, of those who waited; shortest first."""
        return sorted(outcome.diary.waited for outcome in self.outcomes if outcome.diary.waited)

    @property
    def server_errors(self) -> int:
        return self.latencies["all"].server_errors if "all" in self.latencies else 0


def callers(plan: Plan) -> list[Caller]:
    """Callers, the same for the same seed: patient and impatient, with and without a number, hanging up at any step."""
    chance = random.Random(plan.seed)
    made = []
    for number in range(plan.calls):
        shown = f"+49302312{8000 + number % 1000}"
        made.append(
            Caller(
                number=chance.choice(WITHHELD) if chance.random() < 0.3 else shown,
                keys=(chance.choice(LANGUAGE_KEYS),),
                patience=chance.uniform(40, 900),
                talks=chance.uniform(20, 240),
                lingers=chance.choice((5.0, 5.0, 600.0)),
                callback_key="1" if chance.random() < plan.callbacks else "",
                callback_after=chance.uniform(10, 60),
                leaves_at=chance.choice(HANG_UPS) if chance.random() < plan.hang_ups else None,
                leaves_after=chance.uniform(0.2, 20),
            )
        )
    return made


def desk_phone(chance: random.Random) -> Callable[[], Phone]:
    """A telephone that is mostly answered, sometimes not, sometimes by a mailbox."""

    def pick_up() -> Phone:
        luck = chance.random()
        if luck < 0.03:
            return Phone(answers_after=None)
        if luck < 0.05:
            return voicemail(answers_after=2.0)
        if luck < 0.07:
            return Phone(busy=True)
        return Phone(answers_after=chance.uniform(1, 6))

    return pick_up


def _provider(plan: Plan, account: str, token: str, public_url: str, number: str) -> Provider:
    chance = random.Random(plan.seed + 1)
    at = f"{public_url}/telephone"
    return Provider(
        account,
        token,
        {number: Number(f"{at}/voice/", status_callback=f"{at}/status/", message_url=f"{at}/message/")},
        seed=plan.seed,
        scale=plan.scale,
        chaos=Chaos(duplicates=plan.duplicates, late=plan.disorder, reordered=plan.disorder, jitter=0.5),
        faults=replace(Faults.of(plan.faults), late_sound=1.0),  # a sound is never ready at once
        phones={"*": desk_phone(chance)},
        calls_per_second=0,
    )


async def play(
    plan: Plan,
    *,
    account: str,
    token: str,
    api_url: str,
    public_url: str,
    number: str,
    say: Callable[[str], object],
    settle: Callable[[Seen], list[str]] = lambda seen: [],
) -> Result:
    """Ring ``number`` as often as planned, to the end of every call. ``api_url``: where our REST API answers.

    ``settle``: asked again and again while the provider is still there, until nothing is wrong any more.
    """
    provider = _provider(plan, account, token, public_url, number)
    pauses = random.Random(plan.seed + 2)
    place = urlsplit(api_url)
    result = Result()
    async with provider.running(place.hostname or "127.0.0.1", place.port or 8001), _hung_up_when_stopped(provider):
        under_way = []
        for caller in callers(plan):
            under_way.append(asyncio.ensure_future(provider.ring(caller, to=number)))
            await asyncio.sleep(pauses.expovariate(plan.rate))
            say(f"{len(under_way)} calls, {len(provider.live_calls())} live")
        for ended in await asyncio.gather(*under_way, return_exceptions=True):
            if isinstance(ended, CallOutcome):
                result.outcomes.append(ended)
            else:
                result.lost.append(repr(ended))
        await _settled(provider)
        result.wrong = await _right(settle, provider, result.outcomes, SETTLING * (3 if plan.faults else 1))
        result.still_open += [call.sid for call in provider.live_calls()]
        result.still_open += [room.sid for room in provider.live_conferences()]
    result.latencies = provider.latencies()
    result.violations = provider.violations
    result.faults = dict(provider.luck.happened)
    return result


@asynccontextmanager
async def _hung_up_when_stopped(provider: Provider) -> AsyncIterator[None]:
    """Hang up all callers on Ctrl-C, so that none stays in the platform's queue."""
    try:
        yield
    except asyncio.CancelledError:
        await asyncio.wait({asyncio.ensure_future(provider.hang_up())}, timeout=GOODBYE)
        raise


@dataclass(frozen=True)
class Seen:
    """The provider's record, with which the platform's is compared."""

    talked: Sequence[str] = ()
    """Calls in which somebody was spoken to for long enough to be told of."""
    ended: Mapping[str, datetime] = field(default_factory=dict)
    """When each call had ended."""
    rings: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The calls that were made for each of the platform's legs."""
    alone: Sequence[tuple[str, float]] = ()
    """Callers in a room with nobody else, and for how many seconds at the longest."""
    dead: Sequence[tuple[str, float]] = ()
    """The same of other telephones, where it was too long."""
    undeleted: Sequence[str] = ()
    """Recordings that could be fetched and are still there."""


def seen_by(provider: Provider, outcomes: Sequence[CallOutcome]) -> Seen:
    rings: dict[str, list[str]] = {}
    for call in provider.calls():
        if found := LEG.search(call.callback.url):
            rings.setdefault(found[1], []).append(call.sid)
    alone = provider.alone()
    return Seen(
        talked=[outcome.sid for outcome in outcomes if outcome.diary.talked > A_WORD],
        ended={call.sid: call.ended for call in provider.calls() if call.ended},
        rings=rings,
        alone=[(call.sid, long) for call, long in alone if call.direction == "inbound" and long > ALONE],
        dead=[(call.sid, long) for call, long in alone if call.direction != "inbound" and long > DEAD],
        undeleted=[recording.sid for recording in provider.undeleted()],
    )


async def _right(
    settle: Callable[[Seen], list[str]], provider: Provider, outcomes: Sequence[CallOutcome], patience: float
) -> list[str]:
    """What is still wrong after so many seconds; asked in one thread, which keeps its connection to the database."""
    until = time.monotonic() + patience
    with ThreadPoolExecutor(1) as thread:
        while True:
            seen = seen_by(provider, outcomes)
            wrong = await asyncio.get_running_loop().run_in_executor(thread, settle, seen)
            if not wrong or time.monotonic() > until:
                return wrong
            await asyncio.sleep(1)


async def _settled(provider: Provider) -> None:
    """Wait for the last callbacks and commands."""
    for _second in range(60):
        if not provider.live_calls() and not provider.live_conferences():
            break
        await asyncio.sleep(1)
    await asyncio.wait_for(provider.settled(), 60)


class Shift:
    """Handlers in a process of their own, as browsers are elsewhere: while one reads a page, the provider would wait
    for the interpreter, and with it its clock."""

    def __init__(self, url: str, emails: Sequence[str], password: str, scale: float) -> None:
        fresh = multiprocessing.get_context("spawn")
        self.ready_to_ring = fresh.Event()
        self.stopping = fresh.Event()
        place = (url, tuple(emails), password, scale)
        self.process = fresh.Process(target=_work, args=(*place, self.ready_to_ring, self.stopping), daemon=True)

    def start(self, patience: float) -> None:
        """Wait until all are signed in, at most ``patience`` seconds."""
        self.process.start()
        self.ready_to_ring.wait(patience)

    def stop(self) -> None:
        self.stopping.set()
        self.process.join(30)


def _work(url: str, emails: Sequence[str], password: str, scale: float, ready_to_ring: Event, stopping: Event) -> None:
    os.nice(10)  # lower priority than the server
    handlers = [Handler(url, email, password, scale, seed, stopping) for seed, email in enumerate(emails)]
    for handler in handlers:
        handler.start()
        handler.ready_to_ring.wait(30)  # one after another, because signing in is slow for the server
    ready_to_ring.set()
    for handler in handlers:
        handler.join()


class Handler(threading.Thread):
    """A handler at the desk: ready, answers, talks, completes the contact, ready again, until told to stop."""

    def __init__(self, url: str, email: str, password: str, scale: float, seed: int, stopping: Event) -> None:
        super().__init__(daemon=True)
        self.browser = Browser(url, patience=60)
        self.email = email
        self.password = password
        self.scale = scale
        self.chance = random.Random(seed)
        self.ready_to_ring = threading.Event()
        self.stopping = stopping
        self.done: Counter[str] = Counter()
        self.forms: list[Form] = []
        self.call = ""

    def run(self) -> None:
        self._sign_in()
        self.ready_to_ring.set()
        while not self.stopping.is_set():
            try:
                self._look()
            except NoAnswer:
                self.done["no answer"] += 1
            self.stopping.wait(GLANCE / self.scale * self.chance.uniform(0.7, 1.3))
        self._choose("off")

    def _sign_in(self) -> None:
        form = self.browser.get("/accounts/login/").forms("/accounts/login/")[0]
        self.browser.submit(form.with_({"login": self.email, "password": self.password}))

    def _steer(self, bar: PageResponse) -> None:
        """In the conversation: sometimes hold, ring a partner, hand over, hang up."""
        luck = self.chance.random()
        if over := bar.forms("/hand-over/"):
            self._press(over[0], "handed over" if luck < 0.7 else "")
        elif bar.forms("/dismiss/"):
            self._press(bar.forms("/dismiss/")[0], "dismissed" if luck < 0.05 else "")
        elif held := bar.forms("/hold/"):
            is_held = any(button.attributes.get("value") == "0" for button in bar.page.all("button", name="on"))
            if is_held or luck < 0.04:
                self._press(held[0].with_({"on": "0" if is_held else "1"}), "held")
            elif luck < 0.12:
                self._consult()
            elif luck < 0.15:
                self._press(bar.forms("/hang-up/")[0], "hung up")

    def _press(self, form: Form, what: str) -> None:
        if what:
            self.browser.submit(form)
            self.done[what] += 1

    def _consult(self) -> None:
        for form in self.browser.get(f"/telephone/calls/{self.call}/consult/").forms("/consult/"):
            number = f"+4930231259{self.chance.randrange(50, 99)}"
            self.browser.submit(form.with_({"phone": number, "phone_0": number}))
            self.done["consulted"] += 1

    def _look(self) -> None:
        """Fetch the telephone bar and react to it. During a call it shows the call instead of a state."""
        bar = self.browser.get("/telephone/bar/")
        badge = bar.page.by_id("agent-state")
        if bar.forms("/accept/"):
            self._answer(bar)
        elif badge is None:
            self._steer(bar)
        elif badge.text == "wrap-up":
            self._wrap_up()
        elif badge.text in ("on a break", "off"):
            self._choose("ready")

    def _answer(self, bar: PageResponse) -> None:
        time.sleep(self.chance.uniform(1, 4) / self.scale)
        taken = self.browser.submit(bar.forms("/accept/")[0])
        self.done["answered" if taken.status == 200 else "too late"] += 1
        self.forms = taken.forms("/complete/")
        found = KEY.search(taken.path)
        self.call = found[0] if found else ""

    def _wrap_up(self) -> None:
        """Complete the contact of the call, then be ready again."""
        for form in self.forms:
            self.browser.submit(form.with_({"caller_type": self.chance.choice(["parent", "friend", "school"])}))
            self.done["completed"] += 1
        self.forms = []
        self.call = ""
        self._choose("ready")

    def _choose(self, state: str) -> None:
        for form in self.browser.get("/telephone/bar/").forms("/telephone/state/"):
            self.browser.post(form.address, {**form.values, "state": state}, HX_Request="true")
