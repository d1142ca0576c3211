"""What kinds of events there are. Each app declares its own in ``events.py``; the journal takes no others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from .rls import Rule

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# How long. Nothing deletes events yet; these are the rules that a deletion has to follow.
WITH_DOSSIER = "as long as the dossier: then its data is erased, and the row stays, so that the chain holds"
KEPT = "for good: it is about how the platform was used and set up, not about a dossier"


@dataclass(frozen=True, eq=False)
class EventKind:
    """``subject``: what its events are about. ``sentence``: what happened, in the subject's own history.

    ``audience``: who may read its events besides who did it and the centre's coordinators and data protection officers.
    ``in_case``: whether it is told in the timeline of a case, or in which other words; ``%(to)s`` and the like are
    filled from the event's data there.
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
        """The kinds that share it have one audience."""
        return self.code.partition(".")[0]

    @property
    def case_sentence(self) -> StrPromise | None:
        """None where the timeline of a case leaves it out."""
        if isinstance(self.in_case, bool):
            return self.sentence if self.in_case else None
        return self.in_case


def kinds_of(module: ModuleType) -> list[EventKind]:
    """The kinds that a module declares, in its order."""
    return [value for value in vars(module).values() if isinstance(value, EventKind)]


def reading_rules(kinds: Collection[EventKind]) -> list[Rule]:
    """The rules of ``journal_event`` that follow from the kinds' audiences."""
    return [
        _narrowed(rule, sorted({kind.family for kind in kinds if rule in kind.audience}))
        for rule in dict.fromkeys(rule for kind in kinds for rule in kind.audience)
    ]


def _narrowed(rule: Rule, families: list[str]) -> Rule:
    condition = " or ".join(f"kind like '{family}.%'" for family in families)
    named = ", ".join(f"{family}.*" for family in families)
    return Rule(f"{rule.who} (events {named})", f"({condition}) and {rule.sql}")
