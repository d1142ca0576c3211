"""`./lotse remove` deletes everything of one installation, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import CHECKOUT, bare_environment, supervise

from supervisor.account import for_servers
from supervisor.data import DataDirectory
from supervisor.embedded import Embedded


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    """What a run leaves behind, without the wait for one."""
    data = DataDirectory.open(tmp_path / "data", for_servers())
    _ = data.keys, data.secret_key, data.telephone_token
    postgres = data.account.own_directory(data.servers / "postgres")
    (postgres / "PG_VERSION").write_text("18\n")
    _ = data.sockets
    (data.root / "mail").mkdir()
    for name in ("mail/20261128-1.log", "log/postgres.log", "demo-made", "prepared.json", "lock", ".state.json-ab12"):
        (data.root / name).write_text("x")
    return data


def remove(data: Path, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "supervisor", "remove", "--data", str(data), *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT, env=bare_environment(), input=said, capture_output=True, text=True, check=False
    )


def test_removal_deletes_the_whole_installation(data: DataDirectory) -> None:
    sockets = data.sockets
    done = remove(data.root, "--yes")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"Removed {data.root}.\n", "")
    assert [data.root.exists(), sockets.exists()] == [False, False]
    again = remove(data.root, "--yes")
    assert (again.returncode, again.stderr) == (
        1,
        f"lotse: {data.root} is no data directory of Lotse; nothing was removed.\n",
    )
    assert not data.root.exists()


@pytest.mark.parametrize(("typed", "is_removed"), [("yes\n", True), ("YES\n", True), ("y\n", False), ("", False)])
def test_removal_asks_for_confirmation(data: DataDirectory, typed: str, is_removed: bool) -> None:
    done = remove(data.root, said=typed)
    assert f"  {data.root}\n" in done.stdout
    assert "Type yes to remove it" in done.stdout
    assert data.root.exists() is not is_removed
    if not is_removed:
        assert (done.returncode, done.stderr) == (1, "lotse: Nothing was removed; with --yes it is not asked.\n")
        assert data.keys.exists()


def test_removal_is_refused_while_the_installation_runs(data: DataDirectory) -> None:
    held = data.lock()
    assert held is not None
    done = remove(data.root, "--yes")
    os.close(held)
    assert (done.returncode, done.stderr) == (
        1,
        f"lotse: Lotse runs with {data.root}; end it first. Nothing was removed.\n",
    )
    assert (data.servers / "postgres" / "PG_VERSION").exists()


@pytest.mark.parametrize("content", [[], ["log", "mail", "run", "lock"], ["keys.json"], ["servers"], ["a-book.txt"]])
def test_a_directory_that_is_no_installation_is_left_alone(tmp_path: Path, content: list[str]) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    for name in content:
        (place / name).write_text('{"active": "x"}')
    done = remove(place, "--yes")
    assert (done.returncode, done.stderr) == (
        1,
        f"lotse: {place} is no data directory of Lotse; nothing was removed.\n",
    )
    assert sorted(path.name for path in place.iterdir()) == sorted(content)


def test_other_files_stay_and_are_named(data: DataDirectory) -> None:
    (data.root / "mail" / "letter.txt").write_text("mine")
    (data.root / "photos").mkdir()
    done = remove(data.root, "--yes")
    left = f"Removed; {data.root} stays, with what is not Lotse's: mail, photos.\n"
    assert (done.returncode, done.stdout) == (0, left)
    assert sorted(str(path.relative_to(data.root)) for path in data.root.rglob("*")) == [
        "mail",
        "mail/letter.txt",
        "photos",
    ]


def test_databases_outside_and_a_linked_directory_go_too(tmp_path: Path, data: DataDirectory) -> None:
    """Where an earlier version put databases; and a data directory that is itself a link."""
    outside = tmp_path / "outside"
    (data.root / "servers").rename(outside)
    (data.root / "servers").symlink_to(outside)
    linked = tmp_path / "linked"
    linked.symlink_to(data.root)
    asked = remove(linked, said="no\n")
    assert f"  {outside}\n" in asked.stdout
    assert remove(linked, "--yes").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == []


def test_a_removal_that_was_cut_off_is_finished_by_the_next(data: DataDirectory) -> None:
    """The keys go last, so that what is left is still known as an installation."""
    subprocess.run(["rm", "-r", str(data.root / "servers"), str(data.root / "log")], check=True)
    assert remove(data.root, "--yes").returncode == 0
    assert not data.root.exists()


def test_removal_of_a_really_started_installation(tmp_path: Path) -> None:
    done = supervise("manage", "--data", tmp_path / "a place", "showmigrations", "journal")
    assert done.returncode == 0
    root = tmp_path / "a place"
    sockets = Embedded(DataDirectory.open(root, for_servers())).postgres.socket
    assert remove(root, "--yes").stdout == f"Removed {root}.\n"
    assert [path for path in (root, sockets) if path.exists()] == []
