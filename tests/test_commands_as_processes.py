"""A command on wrong data, as seen at a terminal: a line on the error stream, an exit code, no traceback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from cluster import CHECKOUT, OwnDatabase
from people import make_people

HERE = "http://127.0.0.1:9"  # nobody listens there


@pytest.mark.parametrize(
    "command",
    [
        ["simulate_calls"],
        ["simulate_calls", "--calls", "-1"],
        ["import_past", "/nonexistent", "--mapping", "/nonexistent", "--centre", "Nowhere", "--by", "nobody"],
        ["import_postal_codes", "/nonexistent", "--country", "DE"],
        ["rehearse", "--url", HERE],
        ["describe_checklist", "999"],
    ],
    ids=" ".join,
)
def test_no_traceback_and_an_exit_code(command: list[str], own_database: OwnDatabase) -> None:
    make_people()
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=CHECKOUT,
        env={**os.environ, **own_database.environment("lotse_worker")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.strip()


def test_stopped_command_shows_no_traceback(tmp_path: Path) -> None:
    """Ctrl-C reaches all processes of the terminal. The command waits for a server that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-m", "supervisor", "manage", "--data", str(tmp_path / "data"), "rehearse"]
        with subprocess.Popen(
            [*command, "--url", url], cwd=CHECKOUT, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as running:
            silent.settimeout(60)
            connection, _address = silent.accept()
            with connection:  # closed, it would be an answer
                os.killpg(running.pid, signal.SIGINT)
                _out, said = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "supervisor" not in said
