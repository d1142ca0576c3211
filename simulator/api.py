"""The REST API over HTTP: who asks, is it well-formed, does it fail on demand, then what it does (operations.py)."""

from __future__ import annotations

import asyncio
import base64
import io
import re
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from simulator.account import injected
from simulator.description import check
from simulator.errors import Refused
from simulator.operations import perform
from simulator.switch import Switch

MEDIA = re.compile(r"/2010-04-01/Accounts/(\w+)/Recordings/(RE[0-9a-f]{32})(\.wav|\.mp3)?")


@asynccontextmanager
async def serve(switch: Switch, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """The API, on that port or a free one, which is given back."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", _Api(switch).answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        used = int(runner.addresses[0][1])
        switch.base = switch.base or f"http://{host}:{used}"
        yield used
    finally:
        await runner.cleanup()


class _Api:
    def __init__(self, switch: Switch) -> None:
        self.switch = switch

    async def answer(self, request: web.Request) -> web.Response:
        try:
            return await self._answer(request)
        except Refused as refused:
            if refused.form:
                self.switch.account.violations.append(f"{request.method} {request.path}: {refused}")
            return web.json_response(refused.body(), status=refused.status)

    async def _answer(self, request: web.Request) -> web.Response:
        self._authenticate(request)
        await self._fail_on_demand(request)
        if request.method in ("GET", "HEAD") and (media := MEDIA.fullmatch(request.path)):
            return self._media(media[2], media[3] or ".wav")
        form = await _form(request)
        understood = check(request.method, request.raw_path.partition("?")[0], list(request.query.items()), form)
        row = await perform(self.switch, understood)
        if row is None:
            return web.Response(status=understood.operation.status)
        return web.json_response(row, status=understood.operation.status)

    def _authenticate(self, request: web.Request) -> None:
        """The account of the address, by its own sid and token; anything else is 401."""
        account = self.switch.account
        expected = base64.b64encode(f"{account.sid}:{account.token}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            raise Refused(401, 20003, "Authenticate")
        if not request.path.startswith(f"/2010-04-01/Accounts/{account.sid}/"):
            raise Refused(404, 20404, f"The requested resource {request.path} was not found")

    async def _fail_on_demand(self, request: web.Request) -> None:
        fault = self.switch.account.fault(request.method, request.path)
        if fault:
            await asyncio.sleep(fault.hang)
            if fault.status:
                raise injected(fault)

    def _media(self, sid: str, extension: str) -> web.Response:
        self.switch.account.recording(sid)
        if extension != ".wav":
            raise Refused(404, 20404, "Only WAV is made here")
        return web.Response(body=tone(), content_type="audio/x-wav")


async def _form(request: web.Request) -> list[tuple[str, str]]:
    if request.method == "POST" and request.content_type != "application/x-www-form-urlencoded":
        raise Refused(415, 20006, f"Content type {request.content_type} is not accepted", form=True)
    return [(name, str(value)) for name, value in (await request.post()).items()]


def tone(seconds: float = 0.1) -> bytes:
    """A short silent WAV of 8 kHz, mono, 8 bit."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * int(8000 * seconds))
    return buffer.getvalue()
