"""Conflicts of interest that other apps note about a body in one case; each app registers what finds them."""

from __future__ import annotations

import uuid
from collections.abc import Callable

#: Of a case, the ids of organisations with a standing conflict.
Find = Callable[[uuid.UUID], set[int]]
_finds: list[Find] = []


def found_with(find: Find) -> None:
    """Called when the apps are loaded; twice is once."""
    if find not in _finds:
        _finds.append(find)


def bodies_with_conflict(case_id: uuid.UUID) -> set[int]:
    return {organisation for find in _finds for organisation in find(case_id)}
