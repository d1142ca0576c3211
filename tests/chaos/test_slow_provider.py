"""The provider keeps requests for seconds, or refuses them: the other calls do not wait, and retries come when due."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from chaos.killing import Battered
from running import CHECKOUT

pytestmark = pytest.mark.xdist_group("chaos")


def test_slow_requests_hold_up_no_other_call_and_retries_come_when_they_are_due(tree: Battered) -> None:
    environment = json.loads((tree.place / "environment.json").read_text(encoding="utf-8"))
    done = subprocess.run(
        [sys.executable, "manage.py", "slow_provider"],
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    print(found)  # pytest shows it with -rP
    assert found["beside"] < found["alone"] + 2.5, "two requests of 8 s each were under way"
    first, second, third = found["retries"]
    assert 0.9 <= first < 3.4  # 3.9 s without a hint, where beat comes by every 10 s
    assert 2.9 <= second < 7
    assert 6.9 <= third < 12
