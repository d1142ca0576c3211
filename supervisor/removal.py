"""`./lotse remove --data DIR`: removes an installation with everything that belongs to it, and nothing else."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from supervisor import binaries
from supervisor.data import DataDirectory
from supervisor.errors import Refused
from supervisor.postgres import working_in

#: What Lotse puts into a data directory. The keys are removed last: by them an interrupted removal is recognised and
#: can be finished; without them the remaining database would be unreadable.
OURS = [
    "servers", "run", "log/*.log", "log", "mail/*.log", "mail", "state.json", "prepared.json", "roles-made",
    "demo-begun", "demo-made", "beat-schedule", "beat-schedule.*", ".state.json-*", ".keys.json-*", ".secret-key-*",
    ".telephone-token-*", "telephone-token", "secret-key", "keys.json",
]  # fmt: skip
SHARED = {"log", "mail"}  # common names: such a directory is removed only if empty


@dataclass(frozen=True)
class Installation:
    data: DataDirectory

    @classmethod
    def find(cls, data: DataDirectory) -> Installation:
        """Raises Refused if there is no installation."""
        if not (_holds_databases(data.root / "servers") or _are_keys(data.root / "keys.json")):
            raise Refused(f"{data.root} is no data directory of Lotse; nothing was removed.")
        return cls(data)

    def places(self) -> list[Path]:
        """Everything to remove, in this order, except the lock and the directory itself."""
        inside = [path for pattern in OURS for path in sorted(self.data.root.glob(pattern))]
        return [*self._outside(), *inside]

    def _outside(self) -> Iterator[Path]:
        """Sockets with a short path; databases where an earlier version put them."""
        servers = self.data.root / "servers"
        if servers.is_symlink() and servers.exists():
            yield servers.resolve()
        yield from (place for place in self.data.far_sockets() if place.is_dir())

    def remove(self) -> list[str]:
        """Remove it and return the names of other files, which are kept. The caller holds the lock."""
        for path in self.places():
            _remove(path)
        (self.data.root / "lock").unlink(missing_ok=True)
        left = sorted(entry.name for entry in self.data.root.iterdir())
        if not left:
            _remove_directory(self.data.root)
        binaries.remove_unused_copies()
        return left


def run(data: DataDirectory, *, sure: bool) -> int:
    """Ask, remove, and print what was done. Raises Refused if nothing can be removed, or it is running."""
    root = data.root
    installation = Installation.find(data)
    if installation.data.lock() is None:
        raise Refused(f"Lotse runs with {root}; end it first. Nothing was removed.")
    if any(working_in(root / "servers" / "postgres")):
        raise Refused(f"A PostgreSQL of an earlier run still works in {root}; try again in a moment.")
    if not (sure or _confirmed(installation)):
        raise Refused("Nothing was removed; with --yes it is not asked.")
    try:
        left = installation.remove()
    except OSError as error:
        raise Refused(f"{error.filename} could not be removed: {error.strerror}.") from None
    print(f"Removed {root}." if not left else f"Removed; {root} stays, with what is not Lotse's: {', '.join(left)}.")
    return 0


def _confirmed(installation: Installation) -> bool:
    print("This removes for good, with all databases, keys and mails in it:")
    for path in [installation.data.root, *installation._outside()]:
        print(f"  {path}")
    print("Without its keys.json no backup of it can be read either.")
    print("Type yes to remove it: ", end="", flush=True)
    return sys.stdin.readline().strip().lower() == "yes"


def _holds_databases(servers: Path) -> bool:
    return (servers / "postgres" / "PG_VERSION").exists() or servers.is_symlink()


def _are_keys(path: Path) -> bool:
    try:
        return {"active", "master", "blind_index"} <= set(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return False


def _remove(path: Path) -> None:
    if path.name in SHARED and path.is_dir():
        if not any(path.iterdir()):
            path.rmdir()
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _remove_directory(root: Path) -> None:
    """Also where `root` is a link to it."""
    root.resolve().rmdir()
    if root.is_symlink():
        root.unlink()
