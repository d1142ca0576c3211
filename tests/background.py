"""Runs the asynchronous provider in a thread, on a free local port, for synchronous code."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

from demo.simulator.people import Caller
from demo.simulator.provider import CallOutcome, Ongoing, Provider, TextOutcome

Result = TypeVar("Result")
START_SECONDS = 10.0


class BackgroundCall:
    """A running call. ``sid`` is the caller's."""

    def __init__(self, background: BackgroundProvider, ongoing: Ongoing, outcome: Future[CallOutcome]) -> None:
        self._background, self._ongoing, self._outcome = background, ongoing, outcome

    @property
    def sid(self) -> str:
        return self._ongoing.sid

    @property
    def step(self) -> str:
        """The caller's current step; "" between steps."""
        return self._ongoing.leg.step or ""

    @property
    def status(self) -> str:
        return self._ongoing.leg.call.status

    def hang_up(self) -> None:
        self._background.call_soon(self._ongoing.hang_up)

    def outcome(self, timeout: float = 30.0) -> CallOutcome:
        """Wait for the end. ``timeout``: real seconds; raises TimeoutError."""
        return self._outcome.result(timeout)


class BackgroundProvider:
    """``with BackgroundProvider(provider) as background: background.ring(...)``. Facts are read from ``.provider``."""

    def __init__(self, provider: Provider, host: str = "127.0.0.1", port: int = 0) -> None:
        self.provider = provider
        self._host, self._port = host, port
        self._loop = asyncio.new_event_loop()
        self._ready: Future[None] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="telephone provider", daemon=True)

    def __enter__(self) -> BackgroundProvider:
        self._thread.start()
        self._ready.result(START_SECONDS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.call_soon(self._stop.set)
        self._thread.join()
        self._loop.close()

    @property
    def base_url(self) -> str:
        return self.provider.base_url

    def begin(self, caller: Caller, *, to: str) -> BackgroundCall:
        ongoing = self._wait(self._begun(caller, to))
        outcome = asyncio.run_coroutine_threadsafe(ongoing.outcome(), self._loop)
        return BackgroundCall(self, ongoing, outcome)

    def ring(self, caller: Caller, *, to: str, timeout: float = 30.0) -> CallOutcome:
        return self._wait(self.provider.ring(caller, to=to), timeout)

    def text(self, from_: str, to: str, body: str, *, whatsapp: bool = False, media: int = 0) -> TextOutcome:
        return self._wait(self.provider.text(from_, to, body, whatsapp=whatsapp, media=media))

    def settled(self, timeout: float = 30.0) -> None:
        self._wait(self.provider.settled(), timeout)

    def call_soon(self, what: Any) -> None:
        self._loop.call_soon_threadsafe(what)

    async def _begun(self, caller: Caller, to: str) -> Ongoing:
        return self.provider.begin(caller, to=to)

    def _wait(self, work: Coroutine[Any, Any, Result], timeout: float = 30.0) -> Result:
        """``timeout``: real seconds; raises TimeoutError and cancels the work."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(timeout)
        except TimeoutError:
            future.cancel()
            raise

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        try:
            async with self.provider.running(self._host, self._port):
                self._ready.set_result(None)
                await self._stop.wait()
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)
