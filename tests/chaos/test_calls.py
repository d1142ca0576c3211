"""Calls go on while the worker is killed twice and Valkey forgets everything: no call is lost, doubled or left open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import redis
from chaos.killing import Battered
from running import CHECKOUT, MEASURING

pytestmark = pytest.mark.xdist_group("chaos")
CALLS = int(os.environ.get("LOTSE_CALLS", "12"))  # 300 for the whole thing
FAULTS = os.environ.get("LOTSE_FAULTS", "0")  # share of each thing that may go wrong at the provider; 0.05
RATE = float(os.environ.get("LOTSE_CALLS_PER_SECOND", "1.5"))  # 1.0 for 20 webhooks a second
# Seconds for the whole run; leases and sweeps make good what was lost.
PATIENCE = (240 if FAULTS == "0" else 420) + CALLS / RATE


@pytest.fixture
def calls(tree: Battered) -> Iterator[subprocess.Popen[str]]:
    """`simulate_calls` against the tree, as somebody would start it beside it."""
    # This process ends by itself and can write down what of it was measured.
    measuring = {name: value for name, value in os.environ.items() if name.startswith(MEASURING)}
    environment = measuring | json.loads((tree.place / "environment.json").read_text(encoding="utf-8"))
    options = ["--calls", str(CALLS), "--rate", str(RATE), "--handlers", "5", "--seed", "7", "--faults", FAULTS]
    command = [sys.executable, "manage.py", "simulate_calls", *options]
    with subprocess.Popen(
        command, env=environment, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        yield running
        running.kill()


def test_calls_outlive_the_worker_and_a_flush(tree: Battered, calls: subprocess.Popen[str]) -> None:
    environment = json.loads((tree.place / "environment.json").read_text(encoding="utf-8"))
    for disturb in ("worker", "valkey forgets", "worker"):
        time.sleep(max(4, CALLS / RATE / 4))
        assert calls.poll() is None, calls.communicate()[0]
        if disturb == "worker":
            tree.kill("worker")
            tree.start("worker")
        else:
            redis.Redis.from_url(environment["REDIS_URL"]).flushall()
    said, _none = calls.communicate(timeout=PATIENCE)
    print(said)  # how long webhooks took; pytest shows it with -rP
    assert calls.returncode == 0, said
    assert "Everything that must hold does." in said
    assert f"{CALLS} calls" in said
    answered = tree.value("SELECT count(*) FROM switchboard_call WHERE connected_at IS NOT NULL")
    contacts = tree.value("SELECT count(DISTINCT contact_id) FROM switchboard_call WHERE connected_at IS NOT NULL")
    assert answered == contacts > 2
