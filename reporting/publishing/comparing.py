"""Changes between two releases in words. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from foundation.ui.shapes import localised

from .content import TOTAL, Content, Figure

#: Number of listed changes.
NAMED = 10
#: Tables whose rows are compared; of others only the totals are.
IN_DETAIL = ("caller_group", "disposition", "phenomenon")


@dataclass(frozen=True)
class Change:
    """``by``: the difference of the rounded figures."""

    table: str
    row: str
    before: int
    now: int

    @property
    def by(self) -> int:
        return self.now - self.before

    @property
    def words(self) -> str:
        values = {
            "what": f"{self.table}: {self.row}" if self.row else self.table,
            "now": localised(self.now),
            "before": localised(self.before),
        }
        if self.by > 0:
            return _("%(what)s: %(now)s, more than the %(before)s before.") % values
        return _("%(what)s: %(now)s, fewer than the %(before)s before.") % values


def changes(now: Content, before: Content) -> list[Change]:
    """Certain changes, largest first. Rounded figures may differ by one rounding step without any change."""
    step = max(now.base, before.base)
    found = [change for change in _all(now, before) if abs(change.by) > step]
    return sorted(found, key=lambda change: -abs(change.by))[:NAMED]


def _all(now: Content, before: Content) -> Iterator[Change]:
    for table in now.tables:
        if table.is_exact:
            continue
        try:
            other = {row.code: row.total for row in before.table(table.code).rows}
        except LookupError:
            continue
        for row in table.rows:
            earlier: Figure | None = other.get(row.code)
            if isinstance(row.total, int) and isinstance(earlier, int):
                if row.code == TOTAL and table.code in ("caller_group", "other_kind", "referral_answer", "case_opened"):
                    title = _("Counselling contacts") if table.code == "caller_group" else table.title
                    yield Change(title, "", earlier, row.total)
                elif row.code != TOTAL and table.code in IN_DETAIL:
                    yield Change(table.title, row.label, earlier, row.total)
