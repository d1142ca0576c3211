"""Which caller types there are. The list lies to the left of this app, so whoever keeps it says so when it starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Choices = Callable[[], Sequence[tuple[str, str]]]

_lists: list[Choices] = []


def offer_caller_types_with(choices: Choices) -> None:
    """Name the function that gives (code, label in the active language); called once, in an ``AppConfig.ready``."""
    _lists[:] = [choices]


def caller_types() -> list[tuple[str, str]]:
    """All of them, groups before their parts; empty where nobody keeps a list."""
    return list(_lists[0]()) if _lists else []
