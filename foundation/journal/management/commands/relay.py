"""Runs the relay process, which delivers events from the outbox and seals looks and changes of roles."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from foundation.accounts.services import Service, service_user
from foundation.journal.actions import beat, seal
from foundation.journal.relay import deliver_batch

POLL_SECONDS = 1.0
#: Commits within this time after the first notification are one batch: the end of a call has a dozen events.
GATHER_SECONDS = 0.02
BEAT_SECONDS = 5.0
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Delivers events and seals looks until it is told to stop. Any number may run beside each other."
    stopping = False
    #: The PostgreSQL connection that listens for commits.
    listening: object = None

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
                    seal(service_user(Service.RELAY))
                    last_beat = time.monotonic()
                self.listen()
                if not deliver_batch(loop.run).is_full:
                    self.wait()
            except (OperationalError, InterfaceError):
                log.warning("the database does not answer, trying again", exc_info=True)
                connection.close()
                time.sleep(POLL_SECONDS)

    def stop(self, *args: Any) -> None:
        self.stopping = True

    def listen(self) -> None:
        """LISTEN once per connection, and before reading the outbox, so that no later commit is missed."""
        if self.listening is None or self.listening is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute("listen lotse_outbox")
            self.listening = connection.connection

    def wait(self) -> None:
        """Sleep until the database notifies of a committed event, at most for a poll interval."""
        raw = connection.connection
        with connection.wrap_database_errors:  # the relay must survive a server that stops
            if list(raw.notifies(timeout=POLL_SECONDS, stop_after=1)):
                list(raw.notifies(timeout=GATHER_SECONDS))
