"""The partners' open cases. This app may not import cases, so their app registers here when it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Count = Callable[[], Mapping[int, int]]

_counts: list[Count] = []


def count_open_cases_with(count: Count) -> None:
    """Register the function that returns the number of open cases by organisation; called once, in `AppConfig.ready`.

    For people who rank partners the numbers must not depend on what they may read: partners would seem to have free
    places. Partners learn their own number only.
    """
    _counts[:] = [count]


def open_cases() -> Mapping[int, int] | None:
    """Open cases by organisation, as far as the actor may know them; None when nobody counts."""
    return _counts[0]() if _counts else None
