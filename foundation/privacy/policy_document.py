"""Generates docs/policies.md: for each table, in words, who may read and write which row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from .rls import COMMANDS, Addition, Protected, Transitions, Unprotected, policy_modules

PATH = Path(settings.BASE_DIR) / "docs" / "policies.md"
HEAD = """# Who may read and write what

Written by `./lotse manage policies` from the `policies.py` of each app; CI checks that it is up to date, and that the
database says the same. Nobody may do what is not named, the application's own roles and the tables' owner included. The
SQL behind each line stands in the file named beside the table. "The service …" is a process of the platform.
"""


def document() -> str:
    additions: dict[str, list[tuple[str, Addition]]] = defaultdict(list)
    for module in policy_modules().values():
        for declared in module.DECLARATIONS:
            if isinstance(declared, Addition):
                additions[declared.table].append((file_of(module.__name__), declared))
    lines = [HEAD]
    for module in policy_modules().values():
        moves = {one.table: one for one in module.DECLARATIONS if isinstance(one, Transitions)}
        for declared in module.DECLARATIONS:
            if isinstance(declared, Protected):
                lines += protected(declared, file_of(module.__name__), additions[declared.table])
                lines += transitions(moves[declared.table]) if declared.table in moves else []
    lines += ["## Without row-level security\n"]
    for module in policy_modules().values():
        lines += [
            f"- `{declared.tables}`: {declared.why}"
            for declared in module.DECLARATIONS
            if isinstance(declared, Unprotected)
        ]
    return "\n".join(lines) + "\n"


def file_of(module: str) -> str:
    return module.replace(".", "/") + ".py"


def protected(declared: Protected, file: str, additions: list[tuple[str, Addition]]) -> Iterator[str]:
    yield f"## {declared.table}\n"
    yield f"`{file}`\n"
    for command in COMMANDS:
        rules = [rule.who for rule in getattr(declared, command)]
        rules += [f"{rule.who} (`{added_in}`)" for added_in, added in additions for rule in getattr(added, command)]
        if rules:
            yield f"- {command}{columns(declared, command)}"
            yield from (f"    - {rule}" for rule in rules)
    if not any(getattr(declared, command) for command in COMMANDS):
        yield "- nobody: only functions of the schema `ntk` read and write it"
    yield ""


def transitions(declared: Transitions) -> Iterator[str]:
    yield f"Its states ({declared.machine.title} in docs/states.md) are changed by:\n"
    yield from (f"- {name}: {rule.who}" for name, rule in declared.who.items())
    if declared.marks:
        yield f"\nOnly together with the state: {', '.join(f'`{column}`' for column in declared.marks)}."
    yield ""


def columns(declared: Protected, command: str) -> str:
    if command == "update" and declared.update_columns:
        return f" of {', '.join(f'`{column}`' for column in declared.update_columns)}"
    return ""
