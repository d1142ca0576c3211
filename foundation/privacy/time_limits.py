"""Time limits of calls to other systems, so that leases can be longer than them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Answer = TypeVar("Answer")
#: Seconds after which a task starts no further step; beat or the next wake-up continues. Including its longest step, it
#: ends before the broker would deliver it again (visibility_timeout).
TASK_LASTS = 240.0
#: Seconds by which a lease is longer than its longest step, for the transactions before and after.
MARGIN = 2.0


class TookTooLong(Exception):
    """The time limit was exceeded; the call continues and its result is unknown."""


def within(seconds: float, ask: Callable[[], Answer]) -> Answer:
    """Return or raise what ``ask`` does. It runs in its own thread and must not use the database.

    A socket's timeout applies to each of its operations: a response one byte at a time, a host with many addresses or a
    long dialogue takes a multiple of it. This limit applies to the whole call. Raises TookTooLong.
    """
    future: Future[Answer] = Future()

    def run() -> None:
        try:
            future.set_result(ask())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, name="within", daemon=True).start()
    try:
        return future.result(timeout=seconds)
    except TimeoutError:
        if future.done():  # raised by ``ask`` itself
            raise
        raise TookTooLong(f"more than {seconds:g} s") from None
