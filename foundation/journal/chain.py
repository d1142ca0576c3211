"""The hash chain over all events. Needs no actor, because positions and hashes contain no personal data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Anchor:
    """A position of the chain and its hash. Stored elsewhere, it proves that earlier events are unchanged."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Anchor:
        """Parse ``POSITION:HASH``. Raises ValueError."""
        position, _colon, digest = text.partition(":")
        bytes.fromhex(digest)
        if not (position.isascii() and position.isdigit() and int(position) < 2**63):
            raise ValueError(text)
        return cls(int(position), digest)


def first_break() -> int | None:
    """The first position with a wrong hash, or None."""
    found = _ask("select ntk.chain_break()")
    return None if found is None else int(found)


def head() -> Anchor:
    """The end of the chain. An empty journal's is position 0, without a hash."""
    position = int(_ask("select ntk.chain_length()"))
    return Anchor(position, _hash(position))


def holds(anchor: Anchor) -> bool:
    """Whether the chain contains the anchor, so that it was neither rewritten nor cut before that position."""
    return _hash(anchor.position) == anchor.hash


def _hash(position: int) -> str:
    found = _ask("select ntk.chain_hash(%s)", position)
    return "" if found is None else bytes(found).hex()


def _ask(query: str, *parameters: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()[0]
