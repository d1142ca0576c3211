"""The ground that every test stands on.

A temporary PostgreSQL and Valkey serve the whole run (see cluster.py). A normal test runs as role lotse_web inside a
transaction that is rolled back. A test that needs real commits, threads or processes asks for `own_database`.
Sockets lead to this machine only.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import cluster
import hypothesis
import pytest
import time_machine
from cluster import WORKER, OwnDatabase

from supervisor.catalogues import compile_stale
from supervisor.embedded import Embedded

# How long an example takes says nothing here: timings live in benchmarks/.
hypothesis.settings.register_profile("lotse", deadline=None)
hypothesis.settings.load_profile("lotse")

PLACE = "LOTSE_TEST_PLACE"  # given on to the workers of pytest-xdist
IS_MAIN = WORKER == "main"


def _place() -> Path:
    if PLACE not in os.environ:
        os.environ[PLACE] = tempfile.mkdtemp(prefix="lotse-test-")
        Path(os.environ[PLACE]).chmod(0o755)
    return Path(os.environ[PLACE])


DIRECTORY = _place()
DATABASE = f"lotse_{WORKER}"
os.environ.update(cluster.environment(DIRECTORY, DATABASE, "lotse_web"))

if IS_MAIN:
    compile_stale()  # a page in another language needs compiled catalogues

import django  # noqa: E402  it reads the environment above
from django.conf import settings  # noqa: E402  it reads the environment above
from django.utils import translation  # noqa: E402  it reads the environment above

from foundation.accounts import rate_limits  # noqa: E402

django.setup()
pytest_plugins = ["people", "chromium", "events_left", "security.matrix.counting"]
# Loads them. A worker of pytest-xdist must not find the name: pytest-django would load them before this file.
settings.DATABASES["default"]["NAME"] = DATABASE
del os.environ["DJANGO_SETTINGS_MODULE"]
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.WHITENOISE_USE_FINDERS = False  # each test client would look through all static files again
_keeper: list[subprocess.Popen[bytes]] = []


def pytest_configure(config: pytest.Config) -> None:
    """The main process starts the servers in the background, while tests are being collected."""
    if IS_MAIN and not config.option.collectonly:
        _keeper.append(
            subprocess.Popen(
                [sys.executable, str(Path(cluster.__file__)), str(DIRECTORY)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_end_with_us,
            )
        )


def pytest_collection_finish() -> None:
    """What is imported by now stays until the end: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def _end_with_us() -> None:
    from supervisor.process import last_will

    last_will(signal.SIGTERM, os.getppid())()


def pytest_unconfigure(config: pytest.Config) -> None:
    if IS_MAIN:
        for keeper in _keeper:
            keeper.terminate()
            keeper.wait()
        if (DIRECTORY / "failed").exists() and config.getoption("numprocesses", None):
            # pytest-xdist reports the exit of its workers as an internal error, without the reason
            print(_why_servers_failed(), file=sys.stderr)
        shutil.rmtree(DIRECTORY, ignore_errors=True)


def _why_servers_failed() -> str:
    return f"The test servers did not start: {(DIRECTORY / 'failed').read_text(encoding='utf-8')}"


def _wait_for_servers(patience: float = 120.0) -> None:
    until = time.monotonic() + patience
    while not (DIRECTORY / "ready").exists():
        if (DIRECTORY / "failed").exists():
            pytest.exit(_why_servers_failed(), 3)
        if time.monotonic() > until:
            pytest.exit("The test servers did not start in time.", 3)
        time.sleep(0.02)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A test's name stands in the environment of the processes that it starts, which take no long ones."""
    return f"{argname}-of-{len(val)}" if isinstance(val, (str, bytes)) and len(val) > 300 else None


@pytest.fixture(scope="session")
def servers() -> Embedded:
    """The running PostgreSQL and Valkey of this test run."""
    _wait_for_servers()
    return cluster.servers(DIRECTORY)


@pytest.fixture(scope="session")
def django_db_setup(servers: Embedded) -> Iterator[None]:
    """pytest-django's fixture, replaced: a copy of the migrated template for each worker."""
    servers.postgres.sql(f'CREATE DATABASE "{DATABASE}" TEMPLATE "{cluster.TEMPLATE}" OWNER lotse_owner')
    servers.postgres.make_database(DATABASE)
    yield
    from django.db import connections

    connections.close_all()


@pytest.fixture(autouse=True)
def _english() -> None:
    """A request leaves its language active in the thread; the next test starts in English."""
    translation.activate(settings.LANGUAGE_CODE)


_counter = iter(range(1_000_000))


@contextmanager
def fresh_database(servers: Embedded, blocker: Any) -> Iterator[OwnDatabase]:
    """A database of its own. Django's connection of this process leads there too, as lotse_web."""
    from django.db import connections

    name = f"{DATABASE}_own_{next(_counter)}"
    servers.postgres.sql(f'CREATE DATABASE "{name}" TEMPLATE "{cluster.TEMPLATE}" STRATEGY file_copy OWNER lotse_owner')
    servers.postgres.make_database(name)
    urls = {role: servers.url(role, name) for role in ("lotse_web", "lotse_worker", "lotse_owner", "postgres")}
    database = OwnDatabase(
        name, urls["lotse_web"], urls["lotse_worker"], urls["lotse_owner"], urls["postgres"], servers, DIRECTORY
    )
    connections["default"].close()
    connections.settings["default"]["NAME"] = connections["default"].settings_dict["NAME"] = name
    try:
        with blocker.unblock():
            yield database
    finally:
        connections["default"].close()
        connections.settings["default"]["NAME"] = connections["default"].settings_dict["NAME"] = DATABASE
        servers.postgres.sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def _nothing_counted(servers: Embedded) -> None:
    """No attempts of earlier tests."""
    for key in rate_limits.server().scan_iter(f"{settings.CHANNEL_PREFIX}:limit:*"):
        rate_limits.server().delete(key)


@pytest.fixture
def _within_a_minute() -> Iterator[None]:
    """Attempts are counted in each minute of the clock; these are all in the same one."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


@pytest.fixture
def own_database(servers: Embedded, django_db_blocker: Any) -> Iterator[OwnDatabase]:
    """A database of its own for one test."""
    with fresh_database(servers, django_db_blocker) as database:
        yield database


@pytest.fixture(scope="module")
def modules_database(servers: Embedded, django_db_blocker: Any) -> Iterator[OwnDatabase]:
    """A database of its own for the tests of a module, which must leave no rows."""
    with fresh_database(servers, django_db_blocker) as database:
        yield database


_connect = socket.socket.connect


def _connect_here_only(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(str(address[0])):
        raise RuntimeError(f"A test tried to reach {address[0]}; tests stay on this machine.")
    _connect(self, address)


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


socket.socket.connect = _connect_here_only  # type: ignore[assignment,method-assign]
