"""`./lotse up --no-demo` says how the installation is set up, until it is."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import CHECKOUT, Running, bare_environment, supervise

pytestmark = pytest.mark.xdist_group("tree")

CODE = re.compile(r"One-time code .*: [A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\n")
ADMINISTRATOR = ("create_administrator", "--email", "ada@lotse.example", "--centre", "Example Centre")


@pytest.fixture
def data() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="lotse first run "))
    place.chmod(0o755)
    yield place / "data"
    shutil.rmtree(place)


def make_administrator(data: Path) -> None:
    command = [sys.executable, "-m", "supervisor", "manage", "--data", str(data), *ADMINISTRATOR]
    password = "four words for tests\n"
    subprocess.run(command, cwd=CHECKOUT, env=bare_environment(), input=password, text=True, check=True, timeout=120)


def test_the_code_is_printed_at_each_start_and_by_the_command_until_somebody_has_an_account(data: Path) -> None:
    first = Running.start(data, "--no-demo")
    asked = supervise("manage", "--data", data, "first_run_code")
    make_administrator(data)
    refused = supervise("manage", "--data", data, "first_run_code")
    assert first.end(signal.SIGTERM) == 0
    printed = CODE.findall(first.said)
    assert len(printed) == 1
    assert CODE.fullmatch(asked.stdout), asked.stderr
    assert asked.stdout not in printed
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Somebody can sign in already" in refused.stderr
    second = Running.start(data, "--no-demo")
    assert second.end(signal.SIGTERM) == 0
    assert CODE.findall(second.said) == []
