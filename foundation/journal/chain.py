"""The hash chain over all events, and the seals in it. Needs no actor: positions and hashes are no personal data."""

from __future__ import annotations

from collections.abc import Sequence
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


@dataclass(frozen=True)
class SealBreak:
    """``what``: looks, changes of roles, role. ``id``: of the seal's event (None: not sealed), or of the role."""

    what: str
    id: int | None

    def __str__(self) -> str:
        if self.what == "role":
            return f"role {self.id} is not as its changes were recorded"
        where = f"sealed by event {self.id}" if self.id else "without a seal"
        return f"{self.what} {where} were changed, removed or slipped in"


def first_break() -> int | None:
    """The first position with a wrong hash, or None."""
    found = _ask("select ntk.chain_break()")
    return None if found is None else int(found)


def erased_payloads() -> int:
    """The number of events whose payload was erased with a dossier."""
    return int(_ask("select ntk.erased_payloads()"))


def head() -> Anchor:
    """The end of the chain. An empty journal's is position 0, without a hash."""
    position = int(_ask("select ntk.chain_length()"))
    return Anchor(position, _hash(position))


def holds(anchor: Anchor) -> bool:
    """Whether the chain contains the anchor, so that it was neither rewritten nor cut before that position."""
    return _hash(anchor.position) == anchor.hash


def first_lost(anchors: Sequence[Anchor]) -> Anchor | None:
    """The first of these anchors that does not hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select place, ntk.chain_hash(place) from unnest(%s::bigint[]) place",
            [list({anchor.position for anchor in anchors})],
        )
        known = {position: "" if hashed is None else bytes(hashed).hex() for position, hashed in cursor.fetchall()}
    return next((anchor for anchor in anchors if known[anchor.position] != anchor.hash), None)


def seal_breaks() -> list[SealBreak]:
    """Looks, changes of roles and roles that do not agree with the seals."""
    with connection.cursor() as cursor:
        cursor.execute("select what, id from ntk.seal_breaks() order by what, id")
        return [SealBreak(*row) for row in cursor.fetchall()]


def _hash(position: int) -> str:
    found = _ask("select ntk.chain_hash(%s)", position)
    return "" if found is None else bytes(found).hex()


def _ask(query: str, *parameters: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()[0]
