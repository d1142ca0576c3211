"""docs/states.md: a diagram of each state machine."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from .state_machines import StateMachine, all_machines

PATH = Path(settings.BASE_DIR) / "docs" / "states.md"
HEAD = """# States

Made by `./lotse manage state_diagrams` from the transition tables in `states.py` of each app; a test fails when this
file is out of date. Each arrow names who may take it; docs/policies.md says who that is. What is not drawn here is
refused by the actions and by the database.
"""


def document() -> str:
    """The whole file, in the active language."""
    parts = [f"## {machine.title}\n\n{machine.remark}\n\n{diagram(machine)}\n" for machine in all_machines()]
    return "\n".join([HEAD, *parts])


def diagram(machine: StateMachine) -> str:
    """A Mermaid block. A state without a way out is an end."""
    arrows = machine.arrows()
    lines = [f"    {state.value} : {state.label}" for state in machine.states]
    lines += [f"    [*] --> {state}" for state in machine.states.values if state in machine.starts]
    lines += [f"    {source} --> {target} : {who}" for source, target, who in arrows]
    left = {source for source, _target, _who in arrows}
    lines += [f"    {state} --> [*]" for state in machine.states.values if state not in left]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])
