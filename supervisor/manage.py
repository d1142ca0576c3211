"""`./lotse manage COMMAND`: Django's command line on the servers of a running `up`, or on servers started for it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from supervisor.data import PRIVATE, DataDirectory
from supervisor.embedded import Embedded
from supervisor.environment import OWNER, WORKER, Outside, addresses, shared, to_prepare
from supervisor.errors import Refused
from supervisor.preparation import CHECKOUT, forget, prepare
from supervisor.process import last_will
from supervisor.tree import start_servers

# What changes or shows the schema runs as its owner; everything that works on content runs as the worker does.
AS_OWNER = {
    "check_policies",
    "security_report",
    "verify_keys",
    "migrate",
    "makemigrations",
    "showmigrations",
    "sqlmigrate",
    "squashmigrations",
    "optimizemigration",
    "dbshell",
    "inspectdb",
    "flush",
    "sqlflush",
    "sqlsequencereset",
}
# These need no server at all; manage.py knows them too.
WITHOUT_SERVICES = {"rehearse", "screenshots", "makemessages", "compilemessages", "collectstatic", "help", "version"}

WRITES_SOURCES = {"makemigrations", "squashmigrations", "optimizemigration"}


def run(data: DataDirectory, arguments: list[str], outside: Outside) -> int:
    """Run one command and return its exit code."""
    name = arguments[0] if arguments else "help"
    if name in WITHOUT_SERVICES or {"-h", "--help", "--version"} & set(arguments):
        return call(arguments, {**outside.variables, "LOTSE_WITHOUT_SERVICES": "1"})
    if name not in WRITES_SOURCES:
        os.umask(PRIVATE)
    state = running(data)
    if name in AS_OWNER:
        forget(data)
    if state is not None:
        return call(arguments, environment_of(name, state["shared"], state["addresses"]))
    return _call_on_own_servers(data, arguments, outside)


def environment_of(command: str, common: Mapping[str, str], by_role: Mapping[str, str]) -> dict[str, str]:
    role = OWNER if command in AS_OWNER else WORKER
    return {**os.environ, **common, "DATABASE_URL": by_role[role], "LOTSE_PROCESS": "manage"}


def running(data: DataDirectory, patience: float = 90.0) -> dict[str, Any] | None:
    """The state of the `up` that has this directory, or None once the directory is ours."""
    until = time.monotonic() + patience
    while data.lock() is None:
        state = data.read_state()
        if state.get("kind") == "up":
            return state
        if time.monotonic() > until:  # another command has the lock; its servers end with it
            raise Refused(f"Another command still works in {data.root}.")
        time.sleep(0.1)
    return None


def _call_on_own_servers(data: DataDirectory, arguments: list[str], outside: Outside) -> int:
    embedded = Embedded(data)
    state = {
        "shared": shared(embedded, outside, port=None, demo=True),
        "addresses": addresses(embedded, outside),
    }
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the command, then the servers are stopped
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit)
    try:
        start_servers(embedded, outside)
        if arguments[0] not in AS_OWNER:
            environment = to_prepare({**os.environ, **state["shared"]}, state["addresses"])
            prepare(data, environment, may_skip=outside.is_empty)
        return call(arguments, environment_of(arguments[0], state["shared"], state["addresses"]))
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        embedded.stop()


def call(arguments: list[str], environment: Mapping[str, str]) -> int:
    """In our own process group and with our terminal, so that shell and dbshell can be typed into."""
    command = [sys.executable, str(CHECKOUT / "manage.py"), *arguments]
    with subprocess.Popen(command, env=dict(environment), preexec_fn=_as_a_command(os.getpid())) as popen:
        try:
            code = _code_of(popen)
        except BaseException:
            popen.terminate()
            raise
    return code if code >= 0 else 128 - code


def _code_of(popen: subprocess.Popen[bytes]) -> int:
    """Ctrl-C reaches the command as well, which ends as it likes; a second time it is made to."""
    try:
        return popen.wait()
    except KeyboardInterrupt:
        try:
            return popen.wait()
        except KeyboardInterrupt:
            popen.terminate()
            return popen.wait()


def _as_a_command(parent: int) -> Any:
    will = last_will(signal.SIGKILL, parent)

    def prepare_command() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        will()

    return prepare_command


def _exit(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)
