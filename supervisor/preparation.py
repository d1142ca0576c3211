"""Checks and migrations before the processes start; skipped if nothing changed since they last succeeded."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from supervisor import process
from supervisor.data import DataDirectory
from supervisor.errors import Refused

CHECKOUT = Path(__file__).resolve().parent.parent
NOT_OURS = {"tests", "docs", "benchmarks", "__pycache__"}
LOOKED_AT = (".py", ".sql", ".yaml", ".json", ".csv", "requirements.txt")
READ_FROM_ENVIRONMENT = ("LOTSE_", "DATABASE_", "REDIS_", "CELERY_")
NAME = "prepared.json"


def prepare(data: DataDirectory, environment: Mapping[str, str], *, may_skip: bool) -> dict[str, Any]:
    """Run `config.prepare` as the owner of the database and return its report.

    With `may_skip`, a stored report for the same code and variables is returned. Raises Refused with an empty sentence
    if it failed, because the process has already printed the reason.
    """
    path = data.root / NAME
    seen = fingerprint(environment)
    if may_skip and (known := _read(path)).get("fingerprint") == seen:
        return known
    forget(data)
    command: list[process.Part] = [sys.executable, "-m", "config.prepare", path]
    if process.start("prepare", command, environment=environment, directory=CHECKOUT).popen.wait():
        raise Refused("")
    report = {**_read(path), "fingerprint": seen}
    path.write_text(json.dumps(report), encoding="utf-8")
    return report


def forget(data: DataDirectory) -> None:
    """Delete the stored report, because the schema may have been changed by hand."""
    (data.root / NAME).unlink(missing_ok=True)


def fingerprint(environment: Mapping[str, str]) -> str:
    """Changes with every file of the code (by size and time) and every variable that the settings read."""
    seen = hashlib.sha256(sys.version.encode())
    for path in sorted(_files(CHECKOUT)):
        state = os.stat(path)
        seen.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    for name in sorted(name for name in environment if name.startswith(READ_FROM_ENVIRONMENT)):
        if name not in {"LOTSE_PUBLIC_BASE_URL", "LOTSE_TELEPHONY_PUBLIC_URL", "LOTSE_PROCESS"}:
            seen.update(f"{name}\0{environment[name]}\0".encode())
    return seen.hexdigest()


def _files(directory: Path) -> Iterator[str]:
    for entry in os.scandir(directory):
        if entry.name.startswith(".") or entry.name in NOT_OURS:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        elif entry.name.endswith(LOOKED_AT):
            yield entry.path


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content
