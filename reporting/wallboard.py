"""The queue's figures for coordinators: now, today, by language and by hour. Reading only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Max, Q
from django.db.models.functions import ExtractHour

from accounts.models import Organisation
from regions.vocabulary import Language
from switchboard.models import Block, Call, Command, Refusal, Seat
from switchboard.states import CallState, CommandState, Ending

SOON, LATER = timedelta(seconds=30), timedelta(seconds=60)
WAITED = ExpressionWrapper(F("claimed_at") - F("waiting_since"), DurationField())
ANSWERED = Q(connected_at__isnull=False)
ABANDONED = Q(ending=Ending.ABANDONED)


@dataclass(frozen=True)
class Now:
    """``longest``: since when the caller waits who has waited for longest."""

    waiting: int
    longest: datetime | None
    talking: int
    ready: int
    on_duty: int


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
        """Per cent of the answered calls that were taken within 30 seconds; None without any."""
        return round(100 * self.in_30 / self.answered) if self.answered else None

    @property
    def share_60(self) -> int | None:
        return round(100 * self.in_60 / self.answered) if self.answered else None


def board(centre: Organisation, now: datetime) -> dict[str, Any]:
    """Today is the calendar day of the centre's time zone."""
    today = _today(centre, now)
    return {
        "now": _now(centre),
        "whole_day": _row("", today.aggregate(**COUNTS)),
        "languages": _by_language(today),
        "hours": _by_hour(today, ZoneInfo(centre.time_zone)),
        "queue": Call.objects.waiting().filter(centre=centre).select_related("line")[:50],
        "team": Seat.objects.filter(centre=centre).select_related("user").order_by("user__name"),
        "blocks": Block.objects.running(now).filter(centre=centre).select_related("contact", "made_by"),
        "problems": _problems(centre, now),
        "refused": sum(Refusal.objects.filter(day=now.date()).values_list("count", flat=True)),
    }


def _today(centre: Organisation, now: datetime) -> Any:
    midnight = now.astimezone(ZoneInfo(centre.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Call.objects.inbound().filter(centre=centre, arrived_at__gte=midnight)


def _now(centre: Organisation) -> Now:
    live = Call.objects.live().filter(centre=centre)
    waiting = live.filter(state=CallState.WAITING)
    oldest = waiting.order_by("waiting_since").first()
    seats = Seat.objects.filter(centre=centre)
    return Now(
        waiting=waiting.count(),
        longest=oldest.waiting_since if oldest else None,
        talking=live.filter(state__in=[CallState.CONNECTING, CallState.TALKING]).count(),
        ready=seats.ready().count(),
        on_duty=seats.exclude(state="off").count(),
    )


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


def _problems(centre: Organisation, now: datetime) -> list[Command]:
    """What the provider would not do in the last hour."""
    failed = Command.objects.filter(centre=centre, state=CommandState.FAILED, ended_at__gt=now - timedelta(hours=1))
    return list(failed.order_by("-pk")[:10])
