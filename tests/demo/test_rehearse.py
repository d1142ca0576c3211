"""`manage.py rehearse` against a real server, and against one where something is wrong."""

from __future__ import annotations

import subprocess
import sys

import pytest
from chaos.killing import Battered, battered
from running import CHECKOUT, bare_environment

from demo.rehearsal import STEPS
from demo.rehearsal_context import Rehearsal, Wrong

pytestmark = pytest.mark.xdist_group("chaos")


@pytest.fixture
def tree(request: pytest.FixtureRequest) -> Battered:
    found = battered(request.config)
    found.revive()
    return found


def rehearse(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As a newcomer calls it: no variable is set, no database is near."""
    command = [sys.executable, "manage.py", "rehearse", *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT, env=bare_environment(), capture_output=True, text=True, check=False, timeout=120
    )


def test_the_main_job_from_contact_to_completed_referral(tree: Battered) -> None:
    done = rehearse("--url", tree.url)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line[:26].strip() for line in lines[:-1]] == [step.name for step in STEPS]
    assert lines[-1].startswith(f"All {len(STEPS)} steps are right")


def test_it_ends_at_the_first_wrong_step_and_says_what_was_expected(tree: Battered) -> None:
    done = rehearse("--url", tree.url, "--password", "not the password")
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: sign in: expected heron@lotse.example to be let in, but ")
    assert len(done.stdout.splitlines()) == 1


def test_no_server_is_one_clear_line() -> None:
    done = rehearse("--url", "http://127.0.0.1:1")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "CommandError: ready: GET /readyz: <urlopen error [Errno 111] Connection refused>\n"


def test_each_wrong_effect_is_found(tree: Battered) -> None:
    """The steps do look: one that finds another state than it expects says so."""
    walk = Rehearsal(tree.url)
    by_name = {step.name: step.run for step in STEPS}
    for name in ("sign in", "open a contact", "write the contact"):
        by_name[name](walk)
    with pytest.raises(Wrong, match=r"expected status 200, but .* gave 422"):
        by_name["triage completed, case"](walk)
    with pytest.raises(Wrong, match=r"an open socket"):
        by_name["push"](walk)
    with pytest.raises(Wrong, match=r"expected status 200, but /inbox/.* gave 404"):
        by_name["accept"](walk)
