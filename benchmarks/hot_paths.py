"""The requests whose costs are shown, made in this process by Django's test client.

Runs in a process of `Inside`: first requests are prepared, then they are made, so that only they are counted.
"""

from __future__ import annotations

import base64
import cProfile
import hashlib
import hmac
import pstats
import re
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from benchmarks import paths
from benchmarks.browser import Answer, Values
from benchmarks.measure import Wrong
from benchmarks.place import TELEPHONY
from benchmarks.staff import COORDINATOR, MANY, handler
from supervisor.preparation import CHECKOUT

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WORKER = "worker@benchmark.example"
LINE = "+4991112345678"
ACCOUNT, TOKEN, PUBLIC = (TELEPHONY[f"LOTSE_TELEPHONY_{name}"] for name in ("ACCOUNT", "TOKEN", "PUBLIC_URL"))
PSYCOPG = "psycopg, with the wait for PostgreSQL"
WARM = 2
Request = Callable[[], Answer]
_prepared: list[Request] = []
_calls = count(1)


@dataclass(frozen=True)
class Taken:
    """Of one request: seconds, bytes of the answer, statements that Django sent."""

    wall: float
    processor: float
    size: int
    statements: int


class Here:
    """The same as `Browser`, without a connection."""

    def __init__(self, email: str) -> None:
        from django.test import Client

        from foundation.accounts.models import User

        self._client = Client()
        if email:
            self._client.force_login(User.objects.get(email=email), backend=BACKEND)

    def get(self, path: str, *, expect: int = 200) -> Answer:
        return self._answer(self._client.get(path), path, expect)

    def post(self, path: str, values: Values, *, expect: int, headers: dict[str, str] | None = None) -> Answer:
        sent = {name: value if isinstance(value, str) else list(value) for name, value in values.items()}
        return self._answer(self._client.post(path, sent, headers=headers), path, expect)

    def _answer(self, response: Any, path: str, expect: int) -> Answer:
        if response.status_code != expect:
            raise Wrong(f"{path}: status {response.status_code}")
        self._client.cookies.pop("messages", None)  # as the next page does, which shows them
        return Answer(expect, response.content, response.headers.get("Location", ""))


def _opens(client: Here, _code: str) -> Request:
    return lambda: client.post("/desk/new/", {"contact_id": str(uuid.uuid4()), "channel": "phone"}, expect=302)


def _autosaves(client: Here, code: str) -> Request:
    contact = paths.open_contact(client)
    return lambda: paths.autosave(client, contact, code)


def _completes(client: Here, code: str) -> Request:
    contact = paths.open_contact(client)
    return lambda: paths.complete_contact(client, contact, code)


def _first_answer(client: Here, _code: str) -> Request:
    contact = paths.open_contact(client)
    return lambda: paths.answer(client, contact, paths.ONE_ANSWER, paths.Seen())[0]


def _later_answer(client: Here, _code: str) -> Request:
    contact = paths.open_contact(client)
    _said, seen = paths.answer(client, contact, paths.ONE_ANSWER, paths.Seen())
    return lambda: paths.answer(client, contact, {"travel": "unknown"}, seen)[0]


def _completes_triage(client: Here, _code: str) -> Request:
    contact = paths.open_contact(client)
    seen = paths.answer_sheet(client, contact, paths.ONE_ANSWER, 1)
    chosen = paths.decision(paths.ONE_ANSWER)
    return lambda: paths.complete_triage(client, contact, seen, chosen)


def _page(path: str) -> Callable[[Here, str], Request]:
    return lambda client, _code: lambda: client.get(path)


def _desk_with_contact(client: Here, _code: str) -> Request:
    contact = paths.open_contact(client)
    return lambda: client.get(f"/desk/{contact}/")


def _webhook(client: Here, _code: str) -> Request:
    """The provider asks what a waiting caller hears, the most frequent of its requests."""
    sid = f"CA{next(_calls):032x}"
    said = _tell(client, "/telephone/voice/", sid)
    if gather := re.search(rb'<Gather[^>]* action="([^"]+)"', said.body):
        said = _tell(client, _path(gather[1]), sid, Digits="1")
    place = re.search(rb'waitUrl="([^"]+)"', said.body)
    if place is None:
        raise Wrong(f"the caller does not wait: {said.body[:300]!r}")
    path = _path(place[1])

    def wait() -> Answer:
        return _tell(client, path, sid, QueueSid="QU" + "0" * 32, QueuePosition="1")

    wait()  # the first one puts the caller into the queue
    return wait


def _path(url: bytes) -> str:
    return url.decode().removeprefix(PUBLIC)


def _tell(client: Here, path: str, sid: str, **more: str) -> Answer:
    """A signed request of the telephone provider."""
    values = {
        "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "CallSid": sid, "From": "+493023125000", "To": LINE,
        "Direction": "inbound", "CallStatus": "in-progress", **more,
    }  # fmt: skip
    signed = PUBLIC + path + "".join(name + values[name] for name in sorted(values))
    signature = base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    headers = {"X-Twilio-Signature": signature, "I-Twilio-Idempotency-Token": uuid.uuid4().hex}
    return client.post(path, values, expect=200, headers=headers)


@dataclass(frozen=True)
class HotPath:
    name: str
    email: str
    prepare: Callable[[Here, str], Request]


#: Each of the writing ones has a person of its own, so that open contacts of one are not on the desk of another.
HOT_PATHS = [
    HotPath("open a contact", handler(10), _opens),
    HotPath("autosave", handler(11), _autosaves),
    HotPath("complete a contact", handler(12), _completes),
    HotPath("first answer of a triage", handler(13), _first_answer),
    HotPath("later answer", handler(14), _later_answer),
    HotPath("complete a triage, case opened", handler(15), _completes_triage),
    HotPath("desk", handler(16), _page("/desk/")),
    HotPath("desk with a contact", handler(17), _desk_with_contact),
    HotPath("telephone part of the desk", handler(16), _page("/telephone/bar/")),
    HotPath("cases, coordinator", COORDINATOR, _page("/cases/?show=all")),
    HotPath("cases, handler with a tenth of all", MANY, _page("/cases/?show=mine")),
    HotPath("contacts, coordinator", COORDINATOR, _page("/contacts/")),
    HotPath("contacts, handler with a tenth of all", MANY, _page("/contacts/")),
    HotPath("partner's inbox", WORKER, _page("/inbox/")),
    HotPath("webhook: wait", "", _webhook),
]


def prepare(name: str, postal_code: str, number: int) -> None:
    """Prepare so many requests; the first ones of the process, which fill its memories, are made here."""
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    path = next(path for path in HOT_PATHS if path.name == name)
    client = Here(path.email)
    requests = [path.prepare(client, postal_code) for _number in range(number + WARM)]
    for request in requests[:WARM]:
        request()
    _prepared[:] = requests[WARM:]


class _Sent:
    number = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


def run() -> list[Taken]:
    """Make the prepared requests."""
    return list(_run())


def _run() -> Iterator[Taken]:
    from django.db import connection

    for request in _prepared:
        sent = _Sent()
        with connection.execute_wrapper(sent):
            wall, processor = time.perf_counter(), time.process_time()
            answer = request()
            yield Taken(time.perf_counter() - wall, time.process_time() - processor, len(answer.body), sent.number)


def profile() -> dict[str, float]:
    """Share of each package in the time of the prepared requests, by Python's profiler: without what it calls."""
    profiler = cProfile.Profile()
    for request in _prepared:
        profiler.runcall(request)
    found: dict[str, float] = defaultdict(float)
    stats: Any = pstats.Stats(profiler)
    for (file, _line, function), measured in stats.stats.items():
        found[_package(file, function)] += measured[2]
    whole = sum(found.values())
    return {name: own / whole for name, own in found.items()}


def _package(file: str, function: str) -> str:
    if "site-packages/" in file:
        first, *more = file.partition("site-packages/")[2].removesuffix(".py").split("/")
        return f"django.{more[0]}" if first == "django" else PSYCOPG if first.startswith("psycopg") else first
    if file.startswith(str(CHECKOUT)):
        return "Lotse itself"
    if "psycopg" in function or "psycopg" in file:
        return PSYCOPG
    return "functions in C" if file == "~" else "standard library"
