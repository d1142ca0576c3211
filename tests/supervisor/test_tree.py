"""`./lotse up` with real process trees. The module shares one data directory, whose path contains a space."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from running import (
    CHECKOUT,
    Running,
    bare_environment,
    command_line,
    descendants,
    proportional_memory,
    supervise,
    survivors,
)

from config.web import PAGES_GIVE_WAY
from supervisor.account import for_servers
from supervisor.data import DataDirectory
from supervisor.embedded import Embedded
from supervisor.tree import BACKGROUND_GIVES_WAY

pytestmark = pytest.mark.xdist_group("tree")


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """Not pytest's directory: root's may not be entered by the account that the servers are given."""
    place = Path(tempfile.mkdtemp(prefix="lotse with a space "))
    place.chmod(0o755)
    yield place / "data"
    shutil.rmtree(place)


@pytest.fixture
def tree(data: Path) -> Iterator[Running]:
    """As it runs at its users': coverage would take memory of its own in each process."""
    running = Running.start(data, "--no-demo")
    yield running
    if running.popen.poll() is None:
        running.end(signal.SIGTERM)


def sql(data: Path, statement: str) -> str:
    return Embedded(DataDirectory.open(data, for_servers())).postgres.sql(statement, database="lotse")


def test_one_tree_from_start_to_ordered_end(tree: Running, data: Path) -> None:
    """Several promises on one start, because a start is what takes time."""
    assert tree.get("/healthz") == (200, {"status": "ok"})

    status, body = tree.get("/readyz")
    assert status == 200
    assert {name: part["ok"] for name, part in body.items() if name != "status"} == {
        "database": True,
        "push": True,
        "broker": True,
        "relay": True,
        "beat": True,
    }
    assert body["relay"]["age_seconds"] < 30

    second = supervise("up", "--data", data, "--port", "0")
    assert (second.returncode, second.stdout) == (1, "")
    sentence = f"lotse: Another Lotse already uses the data directory {data}; it was not disturbed.\n"
    assert second.stderr == sentence
    assert tree.get("/readyz")[0] == 200

    code = (
        "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user'); print(k.fetchone())"
    )
    assert supervise("manage", "--data", data, "shell", "-v", "0", "-c", code).stdout == "('lotse_worker',)\n"
    assert supervise("manage", "--data", data, "migrate", "--check").returncode == 0

    processes = tree.processes()
    webs = {pid: command.split() for pid, command in processes.items() if "config.web" in command}
    assert sorted(os.getpriority(os.PRIO_PROCESS, pid) for pid in webs) == [0, 0, PAGES_GIVE_WAY]
    background = [pid for pid, command in processes.items() if " relay" in command or "config.workers" in command]
    assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in background} == {BACKGROUND_GIVES_WAY}
    telephone_port = next(command[command.index("--telephone-port") + 1] for command in webs.values())
    with urlopen(f"http://127.0.0.1:{telephone_port}/healthz", timeout=10) as answer:
        assert json.load(answer) == {"status": "ok"}
    assert tree.end(signal.SIGTERM) == 0
    assert survivors(processes) == {}
    assert "Stopping ..." in tree.said


def test_memory_of_a_tree_stays_small(tree: Running, data: Path) -> None:
    """From the second start on: at the first one of a fresh checkout each process compiles modules itself."""
    tree.end(signal.SIGTERM)
    again = Running.start(data, "--no-demo")
    try:
        assert (
            proportional_memory(again.processes()) <= 375
        )  # MB; alone it shares less with others than in the whole suite
    finally:
        again.end(signal.SIGTERM)


def test_kill_9_of_the_supervisor_leaves_no_orphan_and_loses_no_data(tree: Running, data: Path) -> None:
    sql(data, "CREATE TABLE IF NOT EXISTS kept (word text); INSERT INTO kept VALUES ('still here')")
    processes = tree.processes()
    tree.end(signal.SIGKILL)
    assert survivors(processes) == {}

    again = Running.start(data, "--no-demo", measured=True)
    processes = again.processes()
    assert sql(data, "SELECT word FROM kept") == "still here"
    assert again.end(signal.SIGINT) == 0
    assert survivors(processes) == {}


def test_a_child_that_dies_stops_everything(tree: Running) -> None:
    processes = tree.processes()
    os.kill(tree.process("bin/postgres -D"), signal.SIGKILL)
    assert tree.popen.wait(60) == 1
    assert survivors(processes) == {}
    assert "lotse: postgres ended by itself (code -9); all the rest is stopped with it." in tree.said


def test_one_of_the_two_web_processes_does_not_go_on_alone(tree: Running) -> None:
    processes = tree.processes()
    _parent, first, _second = sorted(pid for pid, command in processes.items() if "config.web" in command)
    os.kill(first, signal.SIGKILL)
    assert tree.popen.wait(60) == 1
    assert survivors(processes) == {}
    assert "lotse: web ended by itself (code 1); all the rest is stopped with it." in tree.said


def test_manage_starts_the_servers_it_needs_and_ends_them(data: Path) -> None:
    """Also after a crash that left a pid file which names a process that lives."""
    embedded = Embedded(DataDirectory.open(data, for_servers()))
    if not embedded.postgres.data.exists():
        pytest.skip("needs the data of the tests above")
    (embedded.postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n{embedded.postgres.data}\n")
    done = supervise("manage", "--data", data, "showmigrations", "journal")
    assert (done.returncode, done.stderr) == (0, "")
    assert "[X] 0001_initial" in done.stdout
    assert not (embedded.postgres.data / "postmaster.pid").exists()


def test_a_command_that_is_ended_ends_its_servers(data: Path, tmp_path: Path) -> None:
    code = "import time; print('working', flush=True); time.sleep(60)"
    said = tmp_path / "said"
    with said.open("w") as file:
        popen = subprocess.Popen(
            [sys.executable, "-m", "supervisor", "manage", "--data", str(data), "shell", "-v", "0", "-c", code],
            cwd=CHECKOUT,
            env=bare_environment(),
            stdout=file,
        )
    while "working" not in said.read_text():
        assert popen.poll() is None
        time.sleep(0.05)
    processes = {pid: command_line(pid) for pid in descendants(popen.pid)}
    assert len(processes) > 3
    popen.send_signal(signal.SIGTERM)
    assert popen.wait(60) == 128 + signal.SIGTERM
    assert survivors(processes) == {}


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DATABASE_URL", "mysql://somewhere/lotse", "DATABASE_URL must begin with postgres://, not mysql://."),
        ("LOTSE_KEYS_FILE", "/none", "LOTSE_KEYS_FILE names /none, which cannot be read (No such file or directory)."),
        ("LOTSE_DEBUG", "maybe", "LOTSE_DEBUG must be 1 or 0, not 'maybe'."),
    ],
)
def test_a_wrong_variable_is_one_clear_line(data: Path, variable: str, value: str, sentence: str) -> None:
    done = supervise("up", "--data", data, "--port", "0", "--no-demo", **{variable: value})
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"lotse: {sentence}\n")


def test_a_database_that_does_not_answer_is_one_clear_line(data: Path) -> None:
    url = "postgres://nobody@127.0.0.1:1/none"
    done = supervise("up", "--data", data, "--port", "0", DATABASE_URL=url)
    assert done.returncode == 1
    assert done.stderr.startswith("lotse: the database refuses: connection failed:")
    assert done.stderr.count("\n") == 1


def test_a_taken_port_is_said_before_anything_starts(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = supervise("up", "--data", data, "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == f"lotse: Port {port} cannot be used (Address already in use); choose another with --port.\n"
