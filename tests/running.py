"""Starts, queries and stops a real process tree of `./lotse up`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
OURS = ("LOTSE_", "DATABASE_URL", "REDIS_URL", "CELERY_", "DJANGO_")


MEASURING = ("COV_", "COVERAGE_")


def bare_environment(*, measured: bool = True, **more: str) -> dict[str, str]:
    """The environment of a new user, without the variables of the test run.

    `measured` False also removes coverage: processes start in half the time, and killed ones write no data anyway.
    """
    left_out = OURS if measured else OURS + MEASURING
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)} | more


def supervise(*arguments: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `./lotse ...` and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", "supervisor", *map(str, arguments)],
        cwd=CHECKOUT,
        env=bare_environment(measured=True, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@dataclass
class Running:
    """A running `./lotse up`."""

    data: Path
    popen: subprocess.Popen[str]
    output: Path
    port: int = 0

    @classmethod
    def start(cls, data: Path, *arguments: str, measured: bool = False, **more: str) -> Running:
        """Start, and wait until it reports that it is ready."""
        data.mkdir(parents=True, exist_ok=True)
        output = data.with_name(f"{data.name}.output")
        command = [sys.executable, "-m", "supervisor", "up", "--port", "0", "--data", str(data), *arguments]
        with output.open("w") as file:
            environment = bare_environment(measured=measured, **more)
            popen = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=file, stderr=file, text=True)
        running = cls(data, popen, output)
        try:
            return running._ready()
        except BaseException:
            running.end(signal.SIGTERM)
            raise

    def _ready(self, patience: float = 300.0) -> Running:
        """The first start in a directory takes half a minute, and several times as long beside other tests."""
        until = time.monotonic() + patience
        while not (found := re.search(r"ready: http://127\.0\.0\.1:(\d+)/", self.said)):
            assert self.popen.poll() is None, self.said
            assert time.monotonic() < until, self.said
            time.sleep(0.05)
        self.port = int(found[1])
        return self

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, json.loads(body)

    def processes(self) -> dict[int, str]:
        """The whole tree: command line by process id."""
        return {pid: command_line(pid) for pid in [self.popen.pid, *descendants(self.popen.pid)]}

    def process(self, words: str) -> int:
        """The id of the process whose command line contains `words`."""
        (pid,) = [pid for pid, command in self.processes().items() if words in command]
        return pid

    def end(self, number: int) -> int:
        """Send a signal to the supervisor and return its exit code."""
        self.popen.send_signal(number)
        return self.popen.wait(60)


def descendants(pid: int) -> list[int]:
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    found, parents = [], {pid}
    while children := [child for child, parent in pairs if parent in parents]:
        found.extend(children)
        parents = set(children)
    return found


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def survivors(pids: dict[int, str], patience: float = 15.0) -> dict[int, str]:
    """Processes that still run after `patience` seconds, without zombies."""
    until = time.monotonic() + patience
    while left := {pid: command for pid, command in pids.items() if command_line(pid)}:
        if time.monotonic() > until:
            return left
        time.sleep(0.05)
    return {}


def proportional_memory(pids: dict[int, str]) -> float:
    """Proportional set size of all of them, in MB: shared pages are counted once."""
    total = 0
    for pid in pids:
        try:
            memory = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # the process has ended meanwhile
        found = re.search(r"^Pss:\s+(\d+) kB", memory, re.MULTILINE)
        total += int(found[1]) if found else 0
    return total / 1024
