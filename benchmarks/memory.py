"""The whole tree of `./lotse up`, at rest: proportional set size, so that shared pages count once. In MB."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.measure import Bench, Goal, Line, Wrong, number
from supervisor.preparation import CHECKOUT

REST = 20  # seconds before the first reading
READINGS = 5  # a second apart
GOAL = Goal(350, unit=" MB")


def measure(bench: Bench) -> Iterator[Line]:
    place = bench.small.place
    command = [sys.executable, "-m", "supervisor", "up", "--no-demo", "--port", "0", "--data", str(place.root / "tree")]
    with subprocess.Popen(command, cwd=CHECKOUT, env=place.given, stdout=subprocess.PIPE, text=True) as tree:
        try:
            _wait_until_ready(tree)
            time.sleep(REST)
            readings = [_reading(tree.pid) for _reading_number in range(READINGS)]
        finally:
            tree.terminate()
            tree.wait()
    found = median(readings)
    told = f"{number(found)} MB ({number(min(readings))} to {number(max(readings))})"
    yield Line("idle memory of the embedded tree", "–", told, "", str(GOAL), GOAL.is_met(found))


def _wait_until_ready(tree: subprocess.Popen[str]) -> None:
    assert tree.stdout is not None
    for said in tree.stdout:
        if "ready:" in said:
            return
    raise Wrong("the tree did not start")


def _reading(root: int) -> float:
    time.sleep(1)
    parents = {int(path.parent.name): _parent(path) for path in Path("/proc").glob("[0-9]*/stat")}
    tree = {root}
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return sum(_proportional(pid) for pid in tree) / 1024


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return 0


def _proportional(pid: int) -> int:
    """In kB."""
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0
