"""Where things lie, and who may reach them."""

from __future__ import annotations

import json
import os
import stat
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from config import environment
from supervisor import binaries
from supervisor.account import Account, for_servers
from supervisor.data import SOCKET_PATH_LIMIT, DataDirectory
from supervisor.embedded import Embedded
from supervisor.errors import Refused

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the servers to another account")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_and_secret_are_made_once_and_are_private(tmp_path: Path) -> None:
    data = DataDirectory.open(tmp_path / "data", for_servers())
    first = (data.keys.read_text(), data.secret_key.read_text())
    assert (data.keys.read_text(), data.secret_key.read_text()) == first
    assert [mode(data.keys), mode(data.secret_key)] == [0o600, 0o600]

    content = json.loads(first[0])
    assert [len(b64decode(content["master"]["k1"])), len(b64decode(content["blind_index"]))] == [32, 32]
    assert environment.keys({"LOTSE_KEYS_FILE": str(data.keys)})["active"] == "k1"


def test_only_one_holds_the_lock(tmp_path: Path) -> None:
    data = DataDirectory.open(tmp_path, for_servers())
    held = data.lock()
    assert held is not None
    assert data.lock() is None
    os.close(held)
    assert data.lock() is not None


@pytest.mark.parametrize("name", ["plain", "with a space", "x" * 100])
def test_sockets_have_a_short_plain_private_path(tmp_path: Path, name: str) -> None:
    data = DataDirectory.open(tmp_path / name, for_servers())
    sockets = data.sockets
    assert len(f"{sockets}/.s.PGSQL.5432") < SOCKET_PATH_LIMIT
    assert " " not in str(sockets)
    assert mode(sockets) == 0o700
    assert sockets.stat().st_uid == data.account.uid
    assert data.sockets == sockets
    sockets.rmdir()


def test_a_directory_of_somebody_elses_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    with pytest.raises(Refused, match="must be a directory that belongs to"):
        for_servers().own_directory(tmp_path / "open")
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(Refused, match="must be a directory that belongs to"):
        for_servers().own_directory(tmp_path / "link")


def test_a_data_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="cannot be used: Not a directory"):
        DataDirectory.open(tmp_path / "file" / "data", for_servers())


def test_who_may_pass() -> None:
    """Decided by the directories on the way; the last one's own content does not matter."""
    with TemporaryDirectory() as place:
        top, inside = Path(place), Path(place) / "shut" / "inside"
        inside.mkdir(parents=True)
        top.chmod(0o755)
        (top / "shut").chmod(0o710)
        stranger = Account(os.geteuid() + 4321, os.getegid() + 4321, "a stranger")
        member = Account(stranger.uid, os.getegid(), "a member of the group")
        assert [account.can_reach(top / "shut") for account in (stranger, member)] == [True, True]
        assert [account.can_reach(inside) for account in (stranger, member)] == [False, True]
        assert Account(os.geteuid(), os.getegid(), "the owner").can_reach(inside)


@as_root
def test_servers_run_from_where_their_account_cannot_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout below /root: data and programs that the account must reach lie in a shared place."""
    shared = Path(f"/var/lib/lotse-test-{os.getpid()}")
    monkeypatch.setattr(binaries, "SHARED", shared)
    monkeypatch.setattr(Account, "can_reach", lambda self, path: str(path).startswith(("/tmp/lotse-", str(shared))))
    try:
        embedded = Embedded(DataDirectory.open(tmp_path / "data", for_servers()), hasty=True)
        assert str(embedded.postgres.programs).startswith(f"{shared}/servers-")
        embedded.start()
        try:
            embedded.prepare_database()
            assert embedded.postgres.sql("SELECT current_user", database="lotse", role="lotse_web") == "lotse_web"
        finally:
            embedded.stop()
        assert (tmp_path / "data" / "servers").readlink().parent == shared
        assert Embedded(embedded.data).postgres == embedded.postgres.__class__(
            embedded.postgres.programs,
            embedded.postgres.data,
            embedded.postgres.socket,
            embedded.postgres.log,
            embedded.postgres.account,
        )
    finally:
        import shutil

        shutil.rmtree(shared, ignore_errors=True)
