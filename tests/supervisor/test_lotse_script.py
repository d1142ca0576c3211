"""The bootstrap script in an empty checkout whose path contains a space: it makes a real .venv without packages."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from running import CHECKOUT, bare_environment

pytestmark = pytest.mark.xdist_group("script")

SAYS = """
import sys
def main(arguments):
    print(sys.prefix, arguments)
    return 7
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout whose supervisor only says that it was reached."""
    place = tmp_path_factory.mktemp("a checkout")
    shutil.copy(CHECKOUT / "lotse", place)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (place / name).write_text("# nothing\n")
    (place / "supervisor").mkdir()
    (place / "supervisor" / "__init__.py").touch()
    (place / "supervisor" / "__main__.py").write_text(SAYS)
    return place


def command(checkout: Path, *arguments: str) -> list[str]:
    return [sys.executable, str(checkout / "lotse"), *arguments]


def lotse(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(checkout, *arguments), env=bare_environment(), capture_output=True, text=True, check=False, cwd="/"
    )


def reached(checkout: Path, *arguments: str) -> str:
    return f"{checkout / '.venv'} {list(arguments)}\n"


def test_two_at_once_make_one_environment_and_the_next_start_is_silent(checkout: Path) -> None:
    start = partial(subprocess.Popen[str], env=bare_environment(), stdout=subprocess.PIPE, text=True)
    both = [start(command(checkout, "up", "--port", "0")) for _ in range(2)]
    said = [popen.communicate(timeout=120)[0] for popen in both]
    assert [popen.returncode for popen in both] == [7, 7]
    assert [text.endswith(reached(checkout, "up", "--port", "0")) for text in said] == [True, True]
    assert sum(text.count("making .venv") for text in said) == 1

    again = lotse(checkout, "manage", "check")
    assert (again.returncode, again.stdout, again.stderr) == (7, reached(checkout, "manage", "check"), "")


def test_changed_requirements_are_installed_again(checkout: Path) -> None:
    (checkout / "requirements.txt").write_text("# nothing, but otherwise\n")
    said = lotse(checkout, "up").stdout.splitlines()
    assert said[0] == "lotse: installing requirements.txt ..."
    assert said[-1] + "\n" == reached(checkout, "up")


def test_what_cannot_be_installed_is_tried_again_next_time(checkout: Path) -> None:
    before = (checkout / "requirements.txt").read_text()
    (checkout / "requirements.txt").write_text("a-package==1 --hash=sha256:nonsense\n")
    for _ in range(2):
        failed = lotse(checkout, "up")
        assert failed.returncode == 1
        assert failed.stderr.splitlines()[-1] == ("lotse: requirements.txt could not be installed; pip says why above.")
    (checkout / "requirements.txt").write_text(before)


def test_an_environment_of_another_place_or_python_is_made_anew(checkout: Path) -> None:
    stamp = checkout / ".venv" / "lotse-stamp.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), "path": "/elsewhere/.venv"}))
    assert lotse(checkout, "up").stdout.startswith("lotse: making .venv")
    assert lotse(checkout, "up").stdout == reached(checkout, "up")

    script = runpy.run_path(str(checkout / "lotse"))  # making it takes time; that it would be made is enough
    assert script["is_usable"]()
    libraries = checkout / ".venv" / "lib"
    next(libraries.iterdir()).rename(libraries / "python3.10")
    assert not script["is_usable"]()


def test_another_version_of_python_is_told_so_in_one_sentence(checkout: Path) -> None:
    script = str(checkout / "lotse")
    code = f"import sys, runpy; sys.version_info = (3, 10, 1); runpy.run_path({script!r}, None, '__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == f"lotse: Python 3.11, 3.12 or 3.13 is needed; this is 3.10 ({sys.executable}).\n"
