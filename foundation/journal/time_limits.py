"""How long something outside may keep us waiting, so that a lease can cover it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Answer = TypeVar("Answer")
#: Seconds after which a task begins nothing new; beat or the next wake-up goes on. With its longest step it ends before
#: the broker takes its worker for dead and hands it out again (visibility_timeout).
TASK_LASTS = 240.0
#: Seconds that a lease is longer than the longest step under it: for the transactions before and after.
MARGIN = 2.0


class TookTooLong(Exception):
    """It goes on, and what comes of it is not known."""


def within(seconds: float, ask: Callable[[], Answer]) -> Answer:
    """What ``ask`` returns or raises. It runs in a thread of its own and must not use the database.

    The time limit of a socket holds for each of its steps: an answer that comes a byte at a time, a name with many
    addresses or a long dialogue takes a multiple of it. This limit holds for all of it. Raises TookTooLong.
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
        if future.done():  # its own
            raise
        raise TookTooLong(f"more than {seconds:g} s") from None
