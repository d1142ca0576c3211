"""What the records of the access matrix are: their keys, and what is planted in them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from people import People

from foundation.accounts.models import User

Key = Any


@dataclass(repr=False)
class World:
    people: People
    cast: dict[str, User | None] = field(default_factory=dict)
    """By role; None is anonymous."""
    keys: dict[str, dict[str, Key]] = field(default_factory=dict)
    """By kind and state, as the URLs have them."""
    names: dict[Key, str] = field(default_factory=dict)
    canaries: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Canary to ``table@record`` and field."""

    def add(self, kind: str, name: str, key: Key) -> None:
        self.keys.setdefault(kind, {})[name] = key
        if isinstance(key, uuid.UUID):
            self.names.setdefault(key, f"{kind}.{name}")
