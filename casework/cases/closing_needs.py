"""What has to be done before the work on a case ends, besides its protected duties (open_duties.py).

Later apps add to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from .models import Case

Check = Callable[["Case"], "list[StrOrPromise]"]
_checks: list[Check] = []


class NotReady(Exception):
    """Something has to be done before the case is closed. ``needs``: one sentence each."""

    def __init__(self, needs: Collection[StrOrPromise]) -> None:
        super().__init__("something has to be done before the case is closed")
        self.needs = list(needs)


def needed_to_close(check: Check) -> Check:
    """Called by an app when it is ready. ``check``: what has to be done first, as sentences; empty if nothing."""
    if check not in _checks:
        _checks.append(check)
    return check


def needs_of(case: Case, met: Collection[Check] = ()) -> list[StrOrPromise]:
    """What has to be done before the work on the case ends. ``met``: what the caller has checked itself."""
    return [need for check in _checks if check not in met for need in check(case)]
