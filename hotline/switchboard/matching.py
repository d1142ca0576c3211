"""Decides which handler is offered which call. Pure functions.

Rules: urgent calls first, then the longest waiting; only handlers who are ready, speak the caller's language and have
the line's skill; one offer at a time per handler. Each call is offered to one handler before any call is offered to
two, and first to the handler who has been free longest. A call that a handler did not take is not offered to that
handler again for a while.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class WaitingCall:
    """A call in the queue. ``shown_to``: handlers with an open offer; ``passed_by``: those who did not take it."""

    call: UUID
    since: datetime
    language: str = ""
    skill: str = ""
    is_urgent: bool = False
    shown_to: frozenset[UUID] = frozenset()
    passed_by: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Free:
    """A handler who is ready and has no offer. An empty set of languages means any."""

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
    """Urgent calls first, then longest waiting."""
    return sorted(calls, key=lambda call: (not call.is_urgent, call.since, str(call.call)))


def match(calls: Sequence[WaitingCall], handlers: Sequence[Free]) -> list[tuple[UUID, UUID]]:
    """Pairs of call and handler for new offers."""
    free = sorted(handlers, key=lambda handler: (handler.since, str(handler.handler)))
    queue = in_order(calls)
    pairs: list[tuple[UUID, UUID]] = []
    for call, most in [*((call, 1) for call in queue if not call.shown_to), *((call, len(free)) for call in queue)]:
        chosen = [handler for handler in free if handler.can_take(call)][:most]
        pairs += [(call.call, handler.handler) for handler in chosen]
        free = [handler for handler in free if handler not in chosen]
    return pairs
