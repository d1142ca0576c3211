"""A copy of the checkout in which each set of states has one state more, and what the code makes of it.

Each value is written there with the name of its enumeration ("ReferralState.draft"): so SQL says of which table a
state is, and what does not come from ``states.py`` shows.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from architecture.source import APPS, CHECKOUT

#: The value of the state that is added to the n-th set of a machine: new_0, new_1 ...
NEW = "new_"
NOWHERE = "new_nowhere"
LEFT_OUT = shutil.ignore_patterns("__pycache__", "static", "templates", "locale")


def facts_of_copy(place: Path, edits: Mapping[str, tuple[str, str]] | None = None) -> dict[str, Any]:
    """``edits``: a text to replace in a file of the copy, and by what."""
    for room in sorted({app.partition(".")[0] for app in APPS} | {"config", "supervisor"}):
        shutil.copytree(CHECKOUT / room, place / room, ignore=LEFT_OUT)
    for name, (old, new) in (edits or {}).items():
        text = (place / name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not say {old}"
        (place / name).write_text(text.replace(old, new), encoding="utf-8")
    for app in APPS:
        path = place / app.replace(".", "/") / "states.py"
        if path.exists():
            path.write_text(with_new_states(path.read_text(encoding="utf-8")), encoding="utf-8")
    environment = {
        **os.environ,
        "LOTSE_WITHOUT_SERVICES": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(place),
    }
    script = Path(__file__).with_name("state_facts.py")
    done = subprocess.run([sys.executable, script], cwd=place, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts


def with_new_states(source: str) -> str:
    """The text of a ``states.py``: values with the name of their enumeration, and one state more in each set."""
    tree = ast.parse(source)
    machines = dict(_machines(tree))
    body: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name in machines:
            _rename(node)
            added = [f"NEW_{n} = '{node.name}.{NEW}{n}', 'new'" for n in range(len(machines[node.name]))]
            node.body += ast.parse("\n".join([*added, f"NEW_NOWHERE = '{node.name}.{NOWHERE}', 'new'"])).body
        body.append(node)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            body += _joined(node.targets[0].id, machines)
    tree.body = body
    return ast.unparse(tree)


def _machines(tree: ast.Module) -> list[tuple[str, list[str]]]:
    """The enumeration of each machine, and the names of its sets."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "StateMachine"]
    sets = [next(one.value for one in call.keywords if one.arg == "sets") for call in calls]
    return [
        (ast.unparse(call.args[1]), [ast.unparse(name) for name in named.elts])
        for call, named in zip(calls, sets, strict=True)
        if isinstance(named, ast.Tuple)
    ]


def _rename(node: ast.ClassDef) -> None:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Tuple):
            value = statement.value.elts[0]
            assert isinstance(value, ast.Constant)
            value.value = f"{node.name}.{value.value}"


def _joined(name: str, machines: Mapping[str, list[str]]) -> list[ast.stmt]:
    for enumeration, sets in machines.items():
        if name in sets:
            text = f"{name} = type({name})((*{name}, {enumeration}.NEW_{sets.index(name)}))"
            return ast.parse(text).body
    return []
