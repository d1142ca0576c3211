from __future__ import annotations

import asyncio
import logging
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from journal.actions import beat
from journal.relay import deliver_batch

POLL_SECONDS = 1.0
BEAT_SECONDS = 5.0
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Delivers events from the outbox until it is told to stop. Any number may run beside each other."
    stopping = False

    def handle(self, *args: Any, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        with asyncio.Runner() as loop:
            self.deliver(loop)

    def deliver(self, loop: asyncio.Runner) -> None:
        last_beat = 0.0
        while not self.stopping:
            try:
                if time.monotonic() - last_beat > BEAT_SECONDS:
                    beat("relay")
                    last_beat = time.monotonic()
                if not deliver_batch(loop.run):
                    self.wait()
            except (OperationalError, InterfaceError):
                log.warning("the database does not answer, trying again", exc_info=True)
                connection.close()
                time.sleep(POLL_SECONDS)

    def stop(self, *args: Any) -> None:
        self.stopping = True

    def wait(self) -> None:
        """Sleep until the database says that an event was committed, at most a poll interval."""
        with connection.cursor() as cursor:
            cursor.execute("listen lotse_outbox")
        raw = connection.connection
        with connection.wrap_database_errors:  # a server that dies meanwhile must not end the relay
            for _notice in raw.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass
