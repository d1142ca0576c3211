"""The account of the embedded servers. PostgreSQL refuses root, so root starts them as an unprivileged account."""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from supervisor.errors import Refused

UNPRIVILEGED = ("lotse", "postgres", "nobody")


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int
    name: str

    @property
    def is_other(self) -> bool:
        """Whether starting as this account means giving up root."""
        return self.uid != os.geteuid()

    def can_reach(self, path: Path) -> bool:
        """Whether this account may pass through every directory above `path`."""
        return not self.is_other or all(self._may_pass(parent.stat()) for parent in path.absolute().parents)

    def _may_pass(self, directory: os.stat_result) -> bool:
        if directory.st_uid == self.uid:
            return bool(directory.st_mode & stat.S_IXUSR)
        if directory.st_gid == self.gid:
            return bool(directory.st_mode & stat.S_IXGRP)
        return bool(directory.st_mode & stat.S_IXOTH)

    def replace_file(self, path: Path, text: str) -> None:
        """Write a file of mode 0600 that belongs to this account; a link in its place is not followed."""
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            os.fchown(handle, self.uid, self.gid)
            file.write(text)
        os.replace(name, path)

    def own_directory(self, path: Path) -> Path:
        """Make `path` a directory of mode 0700 that belongs to this account, or check that it is one.

        Raises Refused when something else is there.
        """
        try:
            path.mkdir(mode=0o700)
            os.chown(path, self.uid, self.gid)
        except FileExistsError:
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.uid or found.st_mode & 0o077:
                raise Refused(f"{path} must be a directory that belongs to {self.name} alone (mode 0700).") from None
        return path


def for_servers(data: Path | None = None) -> Account:
    """The current account; for root the one that has the servers' data in `data`, else the first of `UNPRIVILEGED`.

    The owner has priority, because an account that is created later, as by Debian's packages, could not read the data.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), str(os.geteuid()))
    if data is not None and (known := _owner(data / "servers")) is not None:
        return known
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, name)
    raise Refused(f"As root, PostgreSQL needs one of these unprivileged users: {', '.join(UNPRIVILEGED)}.")


def _owner(directory: Path) -> Account | None:
    """The owner of the directory; None if it does not exist or belongs to root."""
    try:
        found = directory.stat()
    except OSError:
        return None
    if found.st_uid == 0:
        return None
    try:
        name = pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        name = str(found.st_uid)
    return Account(found.st_uid, found.st_gid, name)
