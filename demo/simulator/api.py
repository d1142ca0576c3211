"""The REST API over HTTP: authentication, validation, faults, then the operation (operations.py)."""

from __future__ import annotations

import asyncio
import base64
import io
import re
import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from demo.simulator.account import Fault
from demo.simulator.description import check
from demo.simulator.errors import Refused, not_found
from demo.simulator.faults import Trouble, refusal
from demo.simulator.operations import perform
from demo.simulator.switch import Switch

#: Of those that have no effect.
STATUS_OF = {Trouble.FAILED: 500, Trouble.UNAUTHORISED: 401, Trouble.TOO_MANY: 429}
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
        await request.read()  # a client that disconnects later has made the request nevertheless
        self._authenticate(request)
        self.switch.account.asked.append((time.monotonic(), request.method, request.path))
        trouble = await self._before(request)
        answer = await self._done(request)
        await self._after(trouble)
        return answer

    async def _done(self, request: web.Request) -> web.Response:
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

    async def _before(self, request: web.Request) -> Fault | Trouble | None:
        """Faults before the operation: on demand, else by chance. Raises Refused if the operation is not to run."""
        fault = self.switch.account.fault(request.method, request.path)
        if fault is None:
            return await self._by_chance()
        if not fault.is_done:
            await asyncio.sleep(fault.hang)
            if fault.status:
                raise refusal(fault.status)
        return fault

    async def _by_chance(self) -> Trouble | None:
        trouble = self.switch.luck.trouble()
        if trouble in STATUS_OF:
            raise refusal(STATUS_OF[trouble])
        if trouble is Trouble.DELAYED:
            await self.switch.luck.wait()
        return trouble

    async def _after(self, trouble: Fault | Trouble | None) -> None:
        """Faults of the response after the operation."""
        if isinstance(trouble, Fault) and trouble.is_done:
            await asyncio.sleep(trouble.hang)
            if trouble.status:
                raise refusal(trouble.status)
        if trouble is Trouble.SLOW:
            await self.switch.luck.wait()
        if trouble is Trouble.ACCEPTED:
            raise refusal(500)

    def _media(self, sid: str, extension: str) -> web.Response:
        if not self.switch.account.recording(sid).is_ready:
            raise not_found(f"Recordings/{sid}{extension}")
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
