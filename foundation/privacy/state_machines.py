"""What state machines there are. Each app declares its own in ``states.py``, as ``MACHINES``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db.models import TextChoices
from django.utils.module_loading import module_has_submodule


@dataclass(frozen=True)
class StateMachine:
    """``transitions``: from each state to the next ones, with who may take the step. policies.py says who that is.

    ``sets``: each state is in exactly one. Constraints, policies, SQL functions and figures are built from them, so
    that a new state that joins a set is covered by all of these. ``starts``: where a row begins. ``is_stored_late``:
    whether a row may be stored after its first step, which then counts as taken.
    """

    title: str
    states: type[TextChoices]
    starts: Collection[str]
    sets: Collection[Collection[str]]
    transitions: Mapping[Any, Mapping[Any, str]]
    remark: str
    is_stored_late: bool = False

    def arrows(self) -> list[tuple[str, str, str]]:
        """From, to, and who may take the step; in the order of the states."""
        order = self.states.values
        found = [
            (str(source), str(target), str(who))
            for source, targets in self.transitions.items()
            for target, who in targets.items()
        ]
        return sorted(found, key=lambda arrow: (order.index(arrow[0]), order.index(arrow[1])))


def all_machines() -> list[StateMachine]:
    """In the order of the apps."""
    return [
        machine
        for config in apps.get_app_configs()
        if config.module is not None and module_has_submodule(config.module, "states")
        for machine in import_module(f"{config.name}.states").MACHINES
    ]
