"""How full the partners are. Cases lie to the left of this app, so whoever counts them says so here when it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

Count = Callable[[], Mapping[int, int]]

_counts: list[Count] = []


def count_open_cases_with(count: Count) -> None:
    """Name the function that gives the number of open cases by organisation; called once, in an `AppConfig.ready`.

    The numbers must not depend on what the current actor may see: a partner would look empty to whoever sees little.
    """
    _counts[:] = [count]


def open_cases() -> Mapping[int, int] | None:
    """Open cases by organisation, the same for every reader; None when nobody counts."""
    return _counts[0]() if _counts else None
