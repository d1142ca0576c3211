"""Two steps at the same moment: each comes to wait for the same rows before the next begins."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from cluster import OwnDatabase
from django.db import connections

from foundation.accounts.models import User
from foundation.privacy.context import acting_as

WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


def in_this_order(
    database: OwnDatabase, reader: User, lock: Callable[[], object], *steps: Callable[[], object]
) -> list[BaseException | None]:
    """What each step raised. ``lock`` locks what all of them wait for, as ``reader``."""

    def run(step: Callable[[], object]) -> None:
        try:
            step()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(steps)) as pool:
        begun: list[Future[None]] = []
        with acting_as(reader, purpose="test"):
            lock()
            for step in steps:
                begun.append(pool.submit(run, step))
                until = time.monotonic() + 10
                while int(database.sql(WAITING)) < len(begun):
                    assert time.monotonic() < until, "it does not wait"
                    time.sleep(0.01)
        return [future.exception(timeout=30) for future in begun]
