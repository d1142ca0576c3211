"""The interface of the simulated provider for tests, load runs and the demo."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from demo.simulator import messages
from demo.simulator.account import Account
from demo.simulator.api import serve
from demo.simulator.call_lifecycle import inbound
from demo.simulator.calls import Diary, Leg, new_call
from demo.simulator.clock import Clock
from demo.simulator.faults import Faults, Luck
from demo.simulator.people import Caller, Phone, PhoneMaker
from demo.simulator.resources import Call, Callback, Message, Number, Recording
from demo.simulator.rooms import Room
from demo.simulator.switch import Switch
from demo.simulator.webhooks import TOTAL_SECONDS, Chaos, Exchange, Latency, Send, Webhooks, latencies


@dataclass(frozen=True)
class CallOutcome:
    """The outcome of a call. ``duration``: simulated seconds from answer to end."""

    sid: str
    status: str
    duration: int
    diary: Diary


@dataclass(frozen=True)
class TextOutcome:
    sid: str
    replies: tuple[Message, ...]  # what the platform answered at once, in TwiML


class Ongoing:
    """A running call."""

    def __init__(self, leg: Leg, work: asyncio.Task[None]) -> None:
        self.leg = leg
        self._work = work

    @property
    def sid(self) -> str:
        return self.leg.call.sid

    def hang_up(self) -> None:
        self.leg.hang_up()

    async def outcome(self) -> CallOutcome:
        """Waits for the end of the call. Its last status callback may still be under way: see Provider.settled."""
        await asyncio.shield(self._work)
        call = self.leg.call
        return CallOutcome(call.sid, call.status, call.duration or 0, self.leg.diary)


class Provider:
    """``numbers``: ours. ``phones``: those the platform may ring, "*" for any other number; a number nobody has fails.

    ``reach`` maps the start of the platform's public address to where it is served ({"https://lotse.test":
    "http://127.0.0.1:8000"}); ``send`` replaces HTTP altogether. ``webhook_timeout``: real seconds.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        numbers: Mapping[str, Number],
        *,
        seed: int = 1,
        scale: float = 1.0,
        chaos: Chaos | None = None,
        faults: Faults | None = None,
        phones: Mapping[str, Phone | PhoneMaker] | None = None,
        reach: Mapping[str, str] | None = None,
        send: Send | None = None,
        calls_per_second: float = 1.0,
        webhook_timeout: float = TOTAL_SECONDS,
    ) -> None:
        self.account = Account(account_sid, auth_token, dict(numbers))
        self.clock = Clock(scale)
        chance = random.Random(seed)
        self.webhooks = Webhooks(
            account_sid, auth_token, self.clock, chance, chaos or Chaos(), reach or {}, send, webhook_timeout
        )
        self.luck = Luck(faults or Faults(), random.Random(seed))
        self.switch = Switch(
            self.account, self.clock, self.webhooks, dict(phones or {}), calls_per_second, luck=self.luck
        )

    @asynccontextmanager
    async def running(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Provider]:
        """Serves the REST API at ``base_url``; at the end whatever still runs is cut off."""
        await self.webhooks.open()
        try:
            async with serve(self.switch, host, port):
                yield self
        finally:
            for work in list(self.switch.running):
                work.cancel()
            await asyncio.gather(*self.switch.running, return_exceptions=True)
            await self.webhooks.close()

    @property
    def base_url(self) -> str:
        return self.switch.base

    def begin(self, caller: Caller, *, to: str) -> Ongoing:
        """Somebody rings one of our numbers. Raises KeyError for a number that is not ours."""
        number = self.account.numbers[to]
        callback = Callback(number.status_callback, frozenset({"completed"}))
        leg = Leg(self.switch, new_call(self.switch, caller.number, to, "inbound", callback), caller)
        work = asyncio.ensure_future(inbound(leg, number))
        self.switch.start(leg, work)
        return Ongoing(leg, work)

    async def ring(self, caller: Caller, *, to: str) -> CallOutcome:
        """The whole call."""
        return await self.begin(caller, to=to).outcome()

    async def text(self, from_: str, to: str, body: str, *, whatsapp: bool = False, media: int = 0) -> TextOutcome:
        """Somebody writes to one of our numbers; ``media`` pictures are attached."""
        prefix = messages.WHATSAPP if whatsapp else ""
        sid, replies = await messages.receive(self.switch, prefix + from_, prefix + to, body, media)
        return TextOutcome(sid, tuple(replies))

    async def hang_up(self) -> None:
        """Everybody hangs up now; waits until the platform has been notified."""
        for leg in list(self.switch.legs.values()):
            leg.hang_up()
        await self.settled()

    async def settled(self) -> None:
        """Waits until no call is live, every message has its last status and every notice is out."""
        while self.switch.running or self.webhooks.busy:
            await asyncio.gather(*self.switch.running, return_exceptions=True)
            await self.webhooks.drained()

    def fail_next(
        self,
        method: str = "",
        path_part: str = "",
        *,
        status: int = 429,
        times: int = 1,
        hang: float = 0.0,
        is_done: bool = False,
    ) -> None:
        """See Account.fail_next."""
        self.account.fail_next(method, path_part, status=status, times=times, hang=hang, is_done=is_done)

    @property
    def exchanges(self) -> list[Exchange]:
        return list(self.webhooks.exchanges)

    @property
    def violations(self) -> list[str]:
        """Violations of the provider's rules by the platform. A correct run has none."""
        return [*self.account.violations, *self.webhooks.violations]

    @property
    def alerts(self) -> list[str]:
        """Requests that the platform did not answer well, as the provider's monitor would list them."""
        return list(self.webhooks.alerts)

    @property
    def ignored(self) -> set[str]:
        """Parameters of REST calls that the provider knows and this simulator does nothing about."""
        return set(self.account.ignored)

    def latencies(self) -> dict[str, Latency]:
        return latencies(self.exchanges)

    def alone(self) -> list[tuple[Call, float]]:
        """Who was in a room with nobody else, and for how many real seconds at the longest."""
        rooms = list(self.account.rooms.values())
        return [(self.account.calls[sid], seconds) for room in rooms for sid, seconds in room.alone.items()]

    def undeleted(self) -> list[Recording]:
        """Recordings whose sound could be fetched, and that are still here."""
        return [one for one in list(self.account.recordings.values()) if one.is_ready]

    def calls(self) -> list[Call]:
        return list(self.account.calls.values())

    def live_calls(self) -> list[Call]:
        return [call for call in self.calls() if call.live]

    def live_conferences(self) -> list[Room]:
        return [room for room in list(self.account.rooms.values()) if room.live]

    @property
    def sent_messages(self) -> list[Message]:
        """By the platform, over REST or as a reply."""
        return [one for one in list(self.account.messages.values()) if one.direction != "inbound"]
