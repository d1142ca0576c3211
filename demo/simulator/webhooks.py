"""How the provider calls the platform: signed forms, one repeat, a fallback, and the disorder of real networks.

Two kinds: a *control* request wants a document and is waited for; a *notice* (status callback) only tells.
Notices about one object go out one after the other, unless chaos makes one late or swaps it with the next.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp

from demo.simulator.clock import Clock

#: docs/usage/webhooks/webhooks-connection-overrides: 5 s to connect, 15 s in all.
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
#: How long a notice is held back for the next one to overtake it, in simulated seconds.
HELD_SECONDS = 5.0
#: docs/voice/twiml/play, "Supported audio file types"; anything else is error 12300.
SOUND_TYPES = frozenset(
    f"audio/{name}" for name in ("mpeg", "wav", "wave", "x-wav", "aiff", "x-aifc", "x-aiff", "x-gsm", "gsm", "ulaw")
)
Form = Mapping[str, str]


@dataclass(frozen=True)
class Chaos:
    """Shares from 0 to 1 of requests, and simulated seconds."""

    duplicates: float = 0.0  # of all requests: the same one twice, one after the other or at once
    late: float = 0.0  # of notices
    late_by: float = 20.0  # at most
    reordered: float = 0.0  # of notices: swapped with the next about the same object
    jitter: float = 0.0  # before every request, at most


@dataclass(frozen=True)
class WebhookResponse:
    """``status`` 0: no answer (refused connection, timeout)."""

    status: int
    body: bytes = b""
    content_type: str = "text/xml"

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Exchange:
    """One request as it was made. ``seconds`` are real ones, from sending to the end of the answer."""

    kind: str
    url: str
    parameters: Form
    status: int
    seconds: float
    token: str  # I-Twilio-Idempotency-Token
    attempt: int
    duplicate: bool
    body: bytes = b""

    @property
    def path(self) -> str:
        return urlsplit(self.url).path


#: Sends one request: method, address, form, headers. Raises OSError, aiohttp.ClientError or TimeoutError.
Send = Callable[[str, str, Form, Mapping[str, str]], Awaitable[WebhookResponse]]


def signature(token: str, url: str, parameters: Form) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the address and the sorted names and values, in base64.

    Source: docs/usage/security, "Validating requests are coming from Twilio". No parameters are added for GET.
    """
    text = url + "".join(name + parameters[name] for name in sorted(parameters))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


@dataclass
class Webhooks:
    """``reach`` maps the start of a public address to where it is served; the signature is for the public one."""

    account_sid: str
    token: str
    clock: Clock
    chance: random.Random
    chaos: Chaos = Chaos()
    reach: Mapping[str, str] = field(default_factory=dict)
    send: Send | None = None  # None: over HTTP
    timeout: float = TOTAL_SECONDS
    exchanges: list[Exchange] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)  # what the provider would show in its monitor
    _sounds: set[str] = field(default_factory=set)  # addresses
    _session: aiohttp.ClientSession | None = None
    _last: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _held: dict[str, asyncio.Event] = field(default_factory=dict)
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> None:
        limits = aiohttp.ClientTimeout(total=self.timeout, sock_connect=CONNECT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=limits, connector=aiohttp.TCPConnector(limit=0))

    async def close(self) -> None:
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._session:
            await self._session.close()

    async def control(
        self, kind: str, url: str, form: Form, method: str = "POST", fallback: str = ""
    ) -> WebhookResponse | None:
        """The platform's answer; None when neither the address nor the fallback gave a good one (alert 11200)."""
        answer = await self._delivered(kind, url, form, method, control=True)
        if answer.good:
            return answer
        self._alert(kind, url, answer)
        if not fallback:
            return None
        error = {"ErrorCode": "11200", "ErrorUrl": url}
        answer = await self._delivered("fallback", fallback, {**form, **error}, method, control=True)
        return answer if answer.good else None

    async def sound(self, url: str) -> None:
        """Fetches what is to be played, once, and notes what cannot be."""
        if url in self._sounds:
            return
        self._sounds.add(url)
        headers = {"X-Twilio-Signature": signature(self.token, url, {}), "User-Agent": "TwilioProxy/1.1"}
        try:
            answer = await asyncio.wait_for((self.send or self._http)("GET", url, {}, headers), self.timeout)
        except (OSError, aiohttp.ClientError, TimeoutError):
            answer = WebhookResponse(0)
        path = urlsplit(url).path
        if not answer.good or not answer.body:
            self.violations.append(f"<Play> {path}: 11200, answered {answer.status} with {len(answer.body)} bytes")
        elif answer.content_type not in SOUND_TYPES:
            self.violations.append(f"<Play> {path}: 12300, {answer.content_type} is not played")

    def notify(self, kind: str, key: str, url: str, form: Form, method: str = "POST") -> None:
        """Tell, in the background. ``key``: sid of the object it is about."""
        if not url:
            return
        late = self.chance.random() < self.chaos.late
        held = not late and key not in self._held and self.chance.random() < self.chaos.reordered
        before = None if late or held else self._last.get(key)
        released = self._held.pop(key, None) if not held else None
        if held:
            self._held[key] = asyncio.Event()
        delay = self.chance.uniform(0, self.chaos.late_by) if late else 0.0
        one = _Notice(kind, url, form, method, before, delay, self._held[key] if held else None, released)
        task = asyncio.ensure_future(self._notice(one))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if not late and not held:
            self._last[key] = task

    @property
    def busy(self) -> bool:
        return bool(self._running)

    async def drained(self) -> None:
        """Waits until every notice is out."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _notice(self, one: _Notice) -> None:
        if one.after:
            await asyncio.wait({one.after})
        if one.delay:
            await self.clock.sleep(one.delay)
        if one.held:
            await self._until(one.held, HELD_SECONDS)
        try:
            answer = await self._delivered(one.kind, one.url, one.form, one.method, control=False)
            if not answer.good:
                self._alert(one.kind, one.url, answer)
        finally:
            if one.releases:
                one.releases.set()

    def _alert(self, kind: str, url: str, answer: WebhookResponse) -> None:
        self.alerts.append(f"11200 {kind} {urlsplit(url).path}: {answer.status or 'no answer'}")

    async def _until(self, event: asyncio.Event, seconds: float) -> None:
        try:
            await asyncio.wait_for(event.wait(), self.clock.real(seconds))
        except TimeoutError:
            pass

    async def _delivered(self, kind: str, url: str, form: Form, method: str, *, control: bool) -> WebhookResponse:
        """Once, a second time after failure, and perhaps as a duplicate; all with the same idempotency token."""
        token = str(uuid.uuid4())
        if self.chaos.jitter:
            await self.clock.sleep(self.chance.uniform(0, self.chaos.jitter))
        one = _Delivery(kind, url, form, method, token, control)
        twice = self.chance.random() < self.chaos.duplicates
        if twice and self.chance.random() < 0.5:
            answer, again = await asyncio.gather(self._attempts(one), self._attempts(one, duplicate=True))
            self._compare(one, answer, again)
            return answer
        answer = await self._attempts(one)
        if twice:
            self._compare(one, answer, await self._attempts(one, duplicate=True))
        return answer

    def _compare(self, one: _Delivery, first: WebhookResponse, second: WebhookResponse) -> None:
        if one.control and first.good and second.good and first.body != second.body:
            path = urlsplit(one.url).path
            self.violations.append(f"{one.kind} {path} came twice ({one.token}) and was answered differently")

    async def _attempts(self, one: _Delivery, duplicate: bool = False) -> WebhookResponse:
        answer = await self._attempt(one, 1, duplicate)
        if answer.status == 0 or answer.status >= 500:
            answer = await self._attempt(one, 2, duplicate)
        return answer

    async def _attempt(self, one: _Delivery, attempt: int, duplicate: bool) -> WebhookResponse:
        headers = {
            "X-Twilio-Signature": self._signature(one),
            "I-Twilio-Idempotency-Token": one.token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
        }
        start = time.perf_counter()
        try:
            answer = await asyncio.wait_for(
                (self.send or self._http)(one.method, one.address, one.form, headers), self.timeout
            )
        except (OSError, aiohttp.ClientError, TimeoutError):
            answer = WebhookResponse(0)
        seconds = time.perf_counter() - start
        self.exchanges.append(
            Exchange(one.kind, one.url, one.form, answer.status, seconds, one.token, attempt, duplicate, answer.body)
        )
        return answer

    def _signature(self, one: _Delivery) -> str:
        return signature(self.token, one.address, one.form if one.method == "POST" else {})

    async def _http(self, method: str, url: str, form: Form, headers: Mapping[str, str]) -> WebhookResponse:
        assert self._session is not None, "Webhooks.open() was not called"
        target, more = self._reached(url)
        data: dict[str, Any] = {"data": form} if method == "POST" else {}
        async with self._session.request(
            method, target, headers={**headers, **more}, allow_redirects=False, **data
        ) as response:
            return WebhookResponse(response.status, await response.read(), response.content_type)

    def _reached(self, url: str) -> tuple[str, dict[str, str]]:
        for public, real in self.reach.items():
            if url.startswith(public):
                parts = urlsplit(url)
                return real + url[len(public) :], {"Host": parts.netloc, "X-Forwarded-Proto": parts.scheme}
        return url, {}


@dataclass(frozen=True)
class _Delivery:
    kind: str
    url: str
    form: Form
    method: str
    token: str
    control: bool  # the answer matters

    @property
    def address(self) -> str:
        """With GET the parameters are part of the address."""
        if self.method == "POST":
            return self.url
        return f"{self.url}{'&' if urlsplit(self.url).query else '?'}{urlencode(self.form)}"


@dataclass(frozen=True)
class _Notice:
    kind: str
    url: str
    form: Form
    method: str
    after: asyncio.Task[None] | None  # goes out when this one is out
    delay: float  # simulated seconds
    held: asyncio.Event | None  # waits for it
    releases: asyncio.Event | None  # one that was held back for this one


@dataclass(frozen=True)
class Latency:
    """Of one kind of request; seconds are real ones."""

    count: int
    p50: float
    p99: float
    slowest: float
    server_errors: int  # 5xx
    no_answer: int


def latencies(exchanges: list[Exchange]) -> dict[str, Latency]:
    """By kind, and ``all``."""
    by_kind: dict[str, list[Exchange]] = {"all": list(exchanges)} if exchanges else {}
    for one in exchanges:
        by_kind.setdefault(one.kind, []).append(one)
    return {kind: _latency(those) for kind, those in by_kind.items()}


def _latency(those: list[Exchange]) -> Latency:
    seconds = sorted(one.seconds for one in those)
    errors = sum(one.status >= 500 for one in those)
    silent = sum(one.status == 0 for one in those)
    return Latency(len(those), _share(seconds, 0.5), _share(seconds, 0.99), seconds[-1], errors, silent)


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
