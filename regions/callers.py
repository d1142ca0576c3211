"""The caller types. This app may not import their list, so the app that has it registers here when it starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Choices = Callable[[], Sequence[tuple[str, str]]]

_lists: list[Choices] = []


def offer_caller_types_with(choices: Choices) -> None:
    """Register the function that returns (code, label in the active language); called once, in ``AppConfig.ready``."""
    _lists[:] = [choices]


def caller_types() -> list[tuple[str, str]]:
    """All caller types, groups before their members; empty if no function is registered."""
    return list(_lists[0]()) if _lists else []
