"""A minimal platform, and the provider's real client, connected to the simulator."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from demo.simulator import Number, Provider

ACCOUNT = "AC" + "0a" * 16
TOKEN = "the token of the tests"
OURS = "+4991112345678"
DESK, PARTNER = "+4991155502", "+4991155503"
Result = TypeVar("Result")
Form = dict[str, str]
#: What a path answers: TwiML, or a function of the form; None is 204.
Says = str | None | Callable[[Form], str | None] | Callable[[Form], Awaitable[str | None]]


class Platform:
    """Answers by path, and remembers what came. ``broken``: the next that many answers on a path are 500."""

    def __init__(self) -> None:
        self.says: dict[str, Says] = {}
        self.came: list[tuple[str, Form]] = []
        self.forged: list[str] = []
        self.broken: dict[str, int] = {}
        self.base = ""
        self.sound = "audio/mpeg"

    def on(self, path: str, says: Says) -> None:
        self.says[path] = says

    def forms(self, path: str) -> list[Form]:
        return [form for its_path, form in list(self.came) if its_path == path]

    def paths(self) -> list[str]:
        return [path for path, _ in self.came]

    async def answer(self, request: web.Request) -> web.Response:
        if request.path.endswith(".mp3"):
            return web.Response(body=b"sound", content_type=self.sound)
        data = await request.post()
        form = {name: str(value) for name, value in data.items()}
        self.came.append((request.path, form))
        signed = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(TOKEN).validate(self.base + request.path_qs, form, signed):
            self.forged.append(request.path)
        if self.broken.get(request.path, 0):
            self.broken[request.path] -= 1
            return web.Response(status=500)
        says = self.says.get(request.path)
        said: Any = says(form) if callable(says) else says
        if asyncio.iscoroutine(said):
            said = await said
        return web.Response(text=said, content_type="text/xml") if said is not None else web.Response(status=204)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Platform]:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()


@asynccontextmanager
async def ground(says: Mapping[str, Says], **options: Any) -> AsyncIterator[tuple[Platform, Provider]]:
    """Platform and provider, running; the provider a hundred times faster than life."""
    async with Platform().serving() as platform:
        platform.says.update(says)
        number = Number(f"{platform.base}/voice", f"{platform.base}/status", f"{platform.base}/message")
        number = options.pop("number", lambda _: number)(platform)
        options = {"scale": 100.0, "calls_per_second": 0.0} | options
        provider = Provider(ACCOUNT, TOKEN, {OURS: number}, **options)
        async with provider.running():
            yield platform, provider
            assert platform.forged == []


class _Redirected(TwilioHttpClient):  # type: ignore[misc]
    """The real client's transport, with scheme and host swapped."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=5)
        self.base = base

    def request(self, method: str, url: str, *more: Any, **named: Any) -> Response:
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return super().request(method, f"{self.base}{parts.path}{query}", *more, **named)


def client(provider: Provider, token: str = TOKEN) -> Any:
    return Client(ACCOUNT, token, http_client=_Redirected(provider.base_url))


async def rest(what: Callable[..., Result], *arguments: Any, **named: Any) -> Result:
    """The client blocks; it works in a thread."""
    return await asyncio.to_thread(what, *arguments, **named)


async def until(condition: Callable[[], Any], seconds: float = 3.0) -> Any:
    """Waits for something to be true; real seconds."""
    for _ in itertools.repeat(None, int(seconds / 0.005)):
        if found := condition():
            return found
        await asyncio.sleep(0.005)
    raise AssertionError("did not come true in time")


def twiml(*verbs: str) -> str:
    return f"<Response>{''.join(verbs)}</Response>"
