"""Checks PostgreSQL, Redis and the broker once when a process starts. Errors are one line without a password.

A running process waits for an unreachable server. A process that starts without it ends with code 1, so that a wrong
password or host is noticed at once, and its supervisor can restart it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: What wrong variables, a missing preparation or a missing migration lead to (PostgreSQL, appendix A), with what to do.
#: Any other error in a statement is a fault of ours and keeps its traceback.
REMEDIES = {
    "42501": "DATABASE_URL must name the role that docs/operations.md has for this process",
    "42P01": "`python manage.py migrate` as lotse_owner makes what is missing",
    "42703": "`python manage.py migrate` as lotse_owner makes what is missing",
    "3F000": "config/roles.sql must be run on this database first",
    "42704": "config/roles.sql must be run on this database first",
    "42883": "config/roles.sql must be run on this database first",
}


class Unusable(SystemExit):
    """A server cannot be used. Uncaught it prints its line on stderr and ends the process with code 1."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"lotse: {sentence}")


@contextmanager
def in_one_line() -> Iterator[None]:
    """Turns errors of a server that is unreachable, refuses the connection or was not prepared into Unusable."""
    try:
        yield
    except Exception as error:
        sentence = explained(error)
        if sentence is None:
            raise
        raise Unusable(sentence) from None


def explained(error: Exception) -> str | None:
    """What is wrong with a server, in one sentence; None for any other error."""
    kind = type(error)
    if kind.__module__ == "django.db.utils":
        return _explained_by_postgresql(error)
    if kind.__module__.startswith("redis."):
        return f"Redis refuses: {_first_line(error)} See REDIS_URL."
    if kind.__module__.startswith("kombu."):
        return f"the broker refuses: {_first_line(error)} See CELERY_BROKER_URL."
    if kind.__name__ == "ImproperlyConfigured":
        return _first_line(error)
    return None


def _explained_by_postgresql(error: Exception) -> str | None:
    state = getattr(error.__cause__, "sqlstate", None)
    if state in REMEDIES:
        return f"the database refuses: {_first_line(error)} {REMEDIES[state]}."
    if type(error).__name__ in {"OperationalError", "InterfaceError"} or state is None:
        return f"the database refuses: {_first_line(error)} See DATABASE_URL."
    return None


def _first_line(error: Exception) -> str:
    line = (str(error).strip().splitlines() or [type(error).__name__])[0].strip()
    return line if line.endswith((".", "!")) else f"{line}."


def require_database(parameters: dict[str, Any] | None = None) -> None:
    """Connect and disconnect. ``parameters``: as in DATABASES; default: those of this process."""
    from django.conf import settings
    from django.db.utils import ConnectionHandler

    connection = ConnectionHandler({"default": parameters or settings.DATABASES["default"]})["default"]
    with in_one_line():
        try:
            connection.ensure_connection()
        finally:
            connection.close()


def require_redis() -> None:
    """Ask the server of REDIS_URL, and the broker where it is another one."""
    from django.conf import settings

    with in_one_line():
        ping_redis(settings.REDIS_URL)
        if os.environ.get("CELERY_BROKER_URL"):
            connect_to_broker(settings.CELERY_BROKER_URL)


def ping_redis(url: str) -> bool:
    import redis

    with redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2) as client:
        return bool(client.ping())


def connect_to_broker(url: str) -> None:
    from kombu.connection import Connection

    with Connection(url, connect_timeout=2) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)


def require_servers(*required: Callable[[], None]) -> None:
    """Check all servers, unless the process needs none."""
    from django.conf import settings

    if not settings.WITHOUT_SERVICES:
        for require in required or (require_database, require_redis):
            require()


def in_a_child(require: Callable[[], None]) -> None:
    """Run the check in a child process, so that its memory is freed. Call it before threads are started."""
    child = os.fork()
    if child == 0:  # pragma: no cover  ends by itself, before anything is measured
        try:
            require()
        except SystemExit as refusal:
            print(refusal, file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit(1)
