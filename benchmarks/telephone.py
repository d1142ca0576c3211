"""A call is connected beside two others whose requests the provider keeps for 8 s, on the whole tree of a demo.

Compared with the call before it, of the same run, which had the provider to itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.measure import Bench, Goal, Line, Wrong, number
from supervisor.preparation import CHECKOUT

GOAL = Goal(1.5)


def measure(bench: Bench) -> Iterator[Line]:
    place = bench.small.place
    data = ["--data", str(place.root / "telephone")]
    command = [sys.executable, "-m", "supervisor", "up", "--port", "0", *data]
    with subprocess.Popen(command, cwd=CHECKOUT, env=place.given, stdout=subprocess.PIPE, text=True) as tree:
        try:
            assert tree.stdout is not None
            if not any("ready:" in said for said in tree.stdout):
                raise Wrong("the tree did not start")
            asked = [sys.executable, "-m", "supervisor", "manage", *data, "slow_provider"]
            done = subprocess.run(asked, cwd=CHECKOUT, env=place.given, check=True, capture_output=True, text=True)
        finally:
            tree.terminate()
            tree.wait()
    found = json.loads(done.stdout)
    told = f"{number(found['beside'])} s after {number(found['alone'])} s"
    ratio = float(found["ratio"])
    path = "a call is connected while two requests hang"
    beside = "the one before"
    yield Line(path, beside, number(ratio), told, str(GOAL), GOAL.is_met(ratio))
