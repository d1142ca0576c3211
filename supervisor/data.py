"""The data directory: its lock, its layout, and the keys that are generated for it."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import re
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supervisor.account import Account
from supervisor.errors import Refused

SOCKET_PATH_LIMIT = 80  # bytes; the kernel allows 108, PostgreSQL adds its file name
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")  # paths that need no quoting in any of the URLs that name them

PRIVATE = 0o077
"""The umask of everything that works on data."""
#: Files and directories of the processes, which may contain links of mails and names of people.
WRITTEN = ("log", "log/*.log", "mail", "mail/*.log", "beat-schedule*", "roles-made", "prepared.json", "demo-*")


@dataclass(frozen=True)
class DataDirectory:
    root: Path
    account: Account

    @classmethod
    def open(cls, root: Path, account: Account) -> DataDirectory:
        """Make the directory where it is missing. Raises Refused when that is not possible."""
        root = root.absolute()
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            (root / "log").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Refused(f"The data directory {root} cannot be used: {error.strerror}.") from None
        data = cls(root, account)
        data.shut()
        return data

    def shut(self) -> None:
        """Take the rights of others from what earlier versions wrote; the directory itself may be shared."""
        if self.has_keys:
            for pattern in WRITTEN:
                for path in self.root.glob(pattern):
                    _shut(path)

    def described(self) -> str:
        """The place of the data, in words; earlier versions stored unreachable databases elsewhere."""
        servers = self.root / "servers"
        return f"{self.root}, its databases in {servers.resolve()}" if servers.is_symlink() else str(self.root)

    def lock(self) -> int | None:
        """Take the directory for this process; None when another process has it. Held until the process ends."""
        try:
            handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Refused(f"The data directory {self.root} cannot be used: {error.strerror}.") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        return handle

    @property
    def servers(self) -> Path:
        """The servers' own directory, 0700.

        They are started in it, so that their account need not pass through the directories above (ADR 18).
        """
        place = self.root / "servers"
        if place.is_symlink() and not place.exists():
            raise Refused(f"The databases of {self.root} lay in {place.readlink()}, which is not there any more.")
        return self.account.own_directory(place.resolve())

    @property
    def sockets(self) -> Path:
        """A private directory with a short and plain path."""
        near = self.root / "run"
        for place in [near, *self.far_sockets()]:
            if _is_short_and_plain(place) and self.account.can_reach(place):
                return self.account.own_directory(place)
        raise Refused(f"Neither {near} nor {tempfile.gettempdir()} nor /tmp can hold the servers' sockets.")

    def far_sockets(self) -> list[Path]:
        """Where the sockets may lie when the data directory's path is too long for them or shut to the servers."""
        name = f"lotse-{self.account.uid}-{hashlib.sha256(bytes(self.root.resolve())).hexdigest()[:12]}"
        return [Path(tempfile.gettempdir()) / name, Path("/tmp") / name]  # noqa: S108  made with mode 0700 and checked

    def leave_far_sockets(self) -> None:
        """Remove the directories of sockets outside the data directory, where no socket is left in them."""
        for place in self.far_sockets():
            try:
                place.rmdir()
            except OSError:  # it was never made, or is still in use
                continue

    def log(self, name: str) -> Path:
        return self.root / "log" / f"{name}.log"

    @property
    def keys_place(self) -> Path:
        return self.root / "keys.json"

    @property
    def has_keys(self) -> bool:
        return self.keys_place.exists()

    @property
    def keys(self) -> Path:
        """The key file; made at the first use."""
        path = self.keys_place
        if not path.exists():
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            blind = base64.b64encode(secrets.token_bytes(32)).decode()
            _write_private(path, json.dumps({"active": "k1", "master": {"k1": key}, "blind_index": blind}))
        return path

    @property
    def secret_key(self) -> Path:
        """The file of Django's secret key; made at the first use."""
        return self._secret("secret-key")

    @property
    def telephone_token(self) -> Path:
        """The file of the token between the demo and the telephone simulator; made at the first use."""
        return self._secret("telephone-token")

    def _secret(self, name: str) -> Path:
        path = self.root / name
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(50))
        return path

    def read_state(self) -> dict[str, Any]:
        """What the running `up` tells about itself; empty when none does."""
        try:
            state: dict[str, Any] = json.loads((self.root / "state.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return state

    def write_state(self, state: dict[str, Any]) -> None:
        _write_private(self.root / "state.json", json.dumps(state))

    def clear_state(self) -> None:
        (self.root / "state.json").unlink(missing_ok=True)


def _shut(path: Path) -> None:
    found = path.lstat()
    is_ours = found.st_uid == os.geteuid() and (stat.S_ISDIR(found.st_mode) or stat.S_ISREG(found.st_mode))
    if is_ours and found.st_mode & 0o077:
        path.chmod(stat.S_IMODE(found.st_mode) & 0o700)


def _is_short_and_plain(path: Path) -> bool:
    return len(bytes(path)) < SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432") and bool(PLAIN.fullmatch(str(path)))


def _write_private(path: Path, text: str) -> None:
    """Write all or nothing, readable by the owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(name, path)
