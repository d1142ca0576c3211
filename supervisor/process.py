"""Starts processes that end with the supervisor, and stops them with all their children."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from supervisor.account import Account

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass
class Child:
    name: str
    popen: subprocess.Popen[bytes]
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 15.0
    """Seconds between the stop signal and SIGKILL."""

    @property
    def ended(self) -> int | None:
        """The exit code, or None while it runs; minus the signal's number when a signal ended it."""
        return self.popen.poll()

    def stop(self) -> None:
        """Send the stop signal, wait, then kill the rest of its process group."""
        if self.ended is None:
            self.popen.send_signal(self.stop_signal)
            try:
                self.popen.wait(self.patience)
            except subprocess.TimeoutExpired:
                pass
        self.kill_group()
        self.popen.wait()

    def kill_group(self) -> None:
        try:
            os.killpg(self.popen.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


Part = str | Path


def start(
    name: str,
    command: Sequence[Part],
    *,
    environment: Mapping[str, str],
    directory: Path,
    account: Account | None = None,
    log: IO[bytes] | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    orphan_signal: signal.Signals = signal.SIGKILL,
    patience: float = 15.0,
    niceness: int = 0,
) -> Child:
    """Start `command` in a process group of its own; when we die, the kernel sends it `orphan_signal`.

    `niceness`: 0 to 19; a higher value means a lower priority.

    Call it from the main thread only: the kernel watches the thread that started the process.
    """
    other = _dropped(account)
    will = last_will(orphan_signal, os.getpid())

    def prepare() -> None:  # pragma: no cover  runs between fork and exec, where nothing measures
        will()
        os.nice(niceness)

    popen = subprocess.Popen(
        [str(part) for part in command],
        env=dict(environment),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        process_group=0,
        preexec_fn=prepare,
        user=other.uid if other else None,
        group=other.gid if other else None,
        extra_groups=[] if other else None,
    )
    return Child(name, popen, stop_signal, patience)


def run(
    command: Sequence[Part], *, directory: Path, account: Account | None = None, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a short command of the servers and return its output."""
    other = _dropped(account)
    return subprocess.run(
        [str(part) for part in command],
        cwd=directory,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=last_will(signal.SIGKILL, os.getpid()),
        user=other.uid if other else None,
        group=other.gid if other else None,
        extra_groups=[] if other else None,
    )


def _dropped(account: Account | None) -> Account | None:
    """The account to switch to, or None to keep the current one."""
    return account if account is not None and account.is_other else None


def last_will(orphan_signal: signal.Signals, parent: int) -> Callable[[], None]:
    def prepare() -> None:  # pragma: no cover  runs between fork and exec, where nothing measures
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
            if os.getppid() != parent:  # the parent died before this call
                os._exit(1)

    return prepare
