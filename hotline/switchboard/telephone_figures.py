"""Today's figures of the telephone, by language and by hour, for coordinators. Read-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Q
from django.db.models.functions import ExtractHour

from foundation.accounts.models import Organisation
from hotline.switchboard.models import Call
from hotline.switchboard.states import Ending
from hotline.switchboard.waiting import midnight
from regions.vocabulary import Language

SOON = timedelta(seconds=30)
LATER = timedelta(seconds=60)
WAITED = ExpressionWrapper(F("claimed_at") - F("waiting_since"), DurationField())
ANSWERED = Q(connected_at__isnull=False)
ABANDONED = Q(ending=Ending.ABANDONED)


@dataclass(frozen=True)
class Row:
    """Calls of one language or hour. Waiting times run from the queue to the claim."""

    label: str
    calls: int
    answered: int
    in_30: int
    in_60: int
    abandoned: int
    average: timedelta | None
    longest: timedelta | None

    @property
    def share_30(self) -> int | None:
        """Percentage of answered calls that were claimed within 30 seconds; None if there are none."""
        return round(100 * self.in_30 / self.answered) if self.answered else None

    @property
    def share_60(self) -> int | None:
        return round(100 * self.in_60 / self.answered) if self.answered else None


def figures_of_today(centre: Organisation, now: datetime) -> dict[str, Any]:
    """Today is the calendar day of the centre's time zone."""
    today = Call.objects.inbound().filter(centre=centre, arrived_at__gte=midnight(centre, now))
    return {
        "whole_day": _row("", today.aggregate(**COUNTS)),
        "languages": _by_language(today),
        "hours": _by_hour(today, centre.zone),
    }


COUNTS: dict[str, Any] = {
    "calls": Count("pk"),
    "answered": Count("pk", filter=ANSWERED),
    "in_30": Count("pk", filter=ANSWERED & Q(claimed_at__lte=F("waiting_since") + SOON)),
    "in_60": Count("pk", filter=ANSWERED & Q(claimed_at__lte=F("waiting_since") + LATER)),
    "abandoned": Count("pk", filter=ABANDONED),
    "average": Avg(WAITED, filter=ANSWERED),
    "longest": Max(WAITED, filter=ANSWERED),
}


def _row(label: str, counted: dict[str, Any]) -> Row:
    return Row(label, **{name: counted[name] for name in COUNTS})


def _by_language(today: Any) -> list[Row]:
    names = dict(Language.choices)
    rows = today.values("language").annotate(**COUNTS).order_by("-calls", "language")
    return [_row(str(names.get(row["language"], "–")), row) for row in rows]


def _by_hour(today: Any, zone: ZoneInfo) -> list[Row]:
    rows = today.annotate(hour=ExtractHour("arrived_at", tzinfo=zone)).values("hour").annotate(**COUNTS)
    return [_row(f"{row['hour']:02d}:00", row) for row in rows.order_by("hour")]
