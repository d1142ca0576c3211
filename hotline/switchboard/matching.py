"""Who is offered which call. Pure: values in, values out.

Rules: urgent calls first, then the longest waiting; only handlers who are ready, speak the caller's language and have
the line's skill; one offer at a time per handler. Each call is shown to somebody before any call is shown to two, and
among several handlers first to whoever has been free for longest. A handler who has just let a call pass is left alone
with it for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class WaitingCall:
    """A call in the queue. ``shown_to``: handlers who see it now; ``passed_by``: those who have just let it pass."""

    call: UUID
    since: datetime
    language: str = ""
    skill: str = ""
    is_urgent: bool = False
    shown_to: frozenset[UUID] = frozenset()
    passed_by: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Free:
    """A handler who is ready and sees no call. An empty set of languages means any."""

    handler: UUID
    since: datetime
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = field(default_factory=frozenset)

    def can_take(self, call: WaitingCall) -> bool:
        if self.handler in call.passed_by:
            return False
        speaks = not call.language or not self.languages or call.language in self.languages
        return speaks and (not call.skill or call.skill in self.skills)


def in_order(calls: Sequence[WaitingCall]) -> list[WaitingCall]:
    """Urgent ones first, then the longest waiting."""
    return sorted(calls, key=lambda call: (not call.is_urgent, call.since, str(call.call)))


def match(calls: Sequence[WaitingCall], handlers: Sequence[Free]) -> list[tuple[UUID, UUID]]:
    """Pairs of call and handler that are to become offers."""
    free = sorted(handlers, key=lambda handler: (handler.since, str(handler.handler)))
    queue = in_order(calls)
    pairs: list[tuple[UUID, UUID]] = []
    for call, most in [*((call, 1) for call in queue if not call.shown_to), *((call, len(free)) for call in queue)]:
        chosen = [handler for handler in free if handler.can_take(call)][:most]
        pairs += [(call.call, handler.handler) for handler in chosen]
        free = [handler for handler in free if handler not in chosen]
    return pairs
