"""The type of event kinds. Each app declares its kinds in ``events.py``; the journal accepts no others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from .rls import Rule

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# Retention. Erasing a dossier empties the data of all events about it (ADR 35).
WITH_DOSSIER = "as long as the dossier: then its data is erased, and the row stays, so that the chain holds"
KEPT = "for good: it is about how the platform was used and set up, not about a dossier"


@dataclass(frozen=True, eq=False)
class EventKind:
    """``subject``: the type of object. ``sentence``: the text in the object's history.

    ``audience``: who may read its events besides the actor and the centre's coordinators and data protection officers.
    ``in_case``: whether the timeline of a case shows it, or with which other text; placeholders such as ``%(to)s`` are
    filled from the event's data.
    """

    code: str
    subject: str
    sentence: StrPromise
    icon: str
    audience: tuple[Rule, ...]
    retention: str
    in_case: bool | StrPromise = False

    @property
    def family(self) -> str:
        """The part of the code before the dot; kinds with the same family have the same audience."""
        return self.code.partition(".")[0]

    @property
    def case_sentence(self) -> StrPromise | None:
        """The text in the timeline of a case; None if it is not shown there."""
        if isinstance(self.in_case, bool):
            return self.sentence if self.in_case else None
        return self.in_case


def kinds_of(module: ModuleType) -> list[EventKind]:
    """The kinds that a module declares, in its order."""
    return [value for value in vars(module).values() if isinstance(value, EventKind)]


def reading_rules(kinds: Collection[EventKind]) -> list[Rule]:
    """The policies of ``journal_event`` for the kinds' audiences."""
    return [
        _narrowed(rule, sorted({kind.family for kind in kinds if rule in kind.audience}))
        for rule in dict.fromkeys(rule for kind in kinds for rule in kind.audience)
    ]


def _narrowed(rule: Rule, families: list[str]) -> Rule:
    condition = " or ".join(f"kind like '{family}.%'" for family in families)
    named = ", ".join(f"{family}.*" for family in families)
    return Rule(f"{rule.who} (events {named})", f"({condition}) and {rule.sql}")
