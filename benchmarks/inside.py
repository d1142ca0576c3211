"""A process with Django on one database and role, which runs functions for this one, one at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from typing import ParamSpec, TypeVar

from supervisor.process import last_will

P = ParamSpec("P")
R = TypeVar("R")


class Inside:
    def __init__(self, environment: Mapping[str, str]) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, spawn, initializer=_begin, initargs=(dict(environment), os.getpid()))

    def call(self, function: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
        """``function`` must stand at the top of a module."""
        return self.begin(function, *args, **named).result()

    def begin(self, function: Callable[P, R], *args: P.args, **named: P.kwargs) -> Future[R]:
        """As ``call``, without waiting for the end."""
        return self._pool.submit(function, *args, **named)

    def stop(self) -> None:
        self._pool.shutdown(cancel_futures=True)


def _begin(environment: dict[str, str], parent: int) -> None:
    """Before any of our modules that need Django is loaded here."""
    last_will(signal.SIGKILL, parent)()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process handles Ctrl-C
    os.environ.update(environment)
    import django

    django.setup()
