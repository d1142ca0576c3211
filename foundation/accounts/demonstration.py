"""Whether the data are a demonstration's: every organisation is marked as invented.

The database refuses the mark where a real organisation is (``sql/demonstration_stays_apart.sql``), so that real data
never become a demonstration. A request of somebody with a session has the answer from there (``sessions``).
"""

from __future__ import annotations

from django.contrib.postgres.aggregates import BoolAnd

from .models import Organisation


def is_demonstration() -> bool:
    """One statement. False where there is no organisation at all."""
    found = Organisation.objects.order_by().aggregate(all_are_demo=BoolAnd("is_demo"))
    return bool(found["all_are_demo"])
