"""The list of caller types as choices."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from .models import CallerType


def caller_type_choices() -> list[tuple[str, str]]:
    """(code, label in the active language): each group before its members, which are indented; retired ones too."""
    rows = list(cast("Iterable[CallerType]", CallerType.objects.all()))
    groups = [row for row in rows if row.parent_id is None]
    return [
        choice
        for group in groups
        for choice in [(group.pk, str(group)), *((row.pk, f"– {row}") for row in rows if row.parent_id == group.pk)]
    ]
