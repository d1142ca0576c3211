"""Measures how fast calls are connected while the provider is slow, and when failed requests are retried."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from demo.simulator import Caller, CallStep, Number, Ongoing, Provider
from demo.simulator.people import Phone

from .browser import Browser, Form

HANG = 8.0  # seconds for which the provider delays two requests
PATIENCE = 60.0
DIAL = "/Calls.json"


@dataclass(frozen=True)
class Measured:
    """Seconds: from taking a call to both being in the room, without and with two slow requests; and after the first
    request of a dial that failed three times, when each of the others came."""

    alone: float
    beside: float
    retries: list[float]

    @property
    def ratio(self) -> float:
        return self.beside / self.alone


class Desk:
    """A ready handler."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self.browser = Browser(url, patience=30)
        form = self.browser.get("/accounts/login/").forms("/accounts/login/")[0]
        self.browser.submit(form.with_({"login": email, "password": password}))
        self.ready()

    def ready(self) -> None:
        for form in self.browser.get("/telephone/bar/").forms("/telephone/state/")[:1]:
            self.browser.post(form.address, {**form.values, "state": "ready"}, HX_Request="true")

    def offer(self) -> Form | None:
        return next(iter(self.browser.get("/telephone/bar/").forms("/accept/")), None)


@dataclass
class Trial:
    provider: Provider
    desks: Sequence[Desk]
    number: str

    async def run(self) -> Measured:
        await self._connected()  # the first one warms up
        alone = await self._connected()
        self.provider.fail_next("POST", DIAL, status=500, times=3)
        since = time.monotonic()
        await self._connected()
        asked = [at for at, method, path in self.provider.account.asked if method == "POST" and path.endswith(DIAL)]
        tries = [at for at in asked if at > since]
        self.provider.fail_next("POST", DIAL, status=0, hang=HANG, times=2)
        slow = [await self._taken() for _ in range(2)]
        await _until(lambda: not any(fault.times for fault in self.provider.account.faults))
        beside = await self._connected()
        for ongoing, _taken in slow:
            ongoing.hang_up()
        return Measured(alone, beside, [at - tries[0] for at in tries[1:4]])

    async def _taken(self) -> tuple[Ongoing, float]:
        """A caller who was taken by the first to be offered the call, and when."""
        caller = Caller(number="+493023128000", keys=("1",), patience=10_000, talks=10_000)
        ongoing = self.provider.begin(caller, to=self.number)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for desk in self.desks:
                form = await asyncio.to_thread(desk.offer)
                if form:
                    taken = time.monotonic()
                    await asyncio.to_thread(desk.browser.submit, form)
                    return ongoing, taken
        raise TimeoutError("nobody was offered the call")

    async def _connected(self) -> float:
        ongoing, taken = await self._taken()
        await _until(lambda: ongoing.leg.step == CallStep.TALKING)
        seconds = time.monotonic() - taken
        ongoing.hang_up()
        await ongoing.outcome()
        await asyncio.sleep(2)
        for desk in self.desks:
            await asyncio.to_thread(desk.ready)
        return seconds


async def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > until:
            raise TimeoutError("it did not come about")
        await asyncio.sleep(0.01)


async def measure(
    emails: Sequence[str],
    password: str,
    *,
    url: str,
    public_url: str,
    account: str,
    token: str,
    api_url: str,
    number: str,
) -> Measured:
    """``url``: where people reach the platform; ``public_url``: where the provider does; ``api_url``: it asks there."""
    at = f"{public_url}/telephone"
    place = urlsplit(api_url)
    provider = Provider(
        account,
        token,
        {number: Number(f"{at}/voice/", status_callback=f"{at}/status/", message_url=f"{at}/message/")},
        scale=20.0,
        phones={"*": Phone(answers_after=1.0)},
        calls_per_second=0,
    )
    async with provider.running(place.hostname or "127.0.0.1", place.port or 8001):
        desks = [await asyncio.to_thread(Desk, url, email, password) for email in emails]
        return await Trial(provider, desks, number).run()
