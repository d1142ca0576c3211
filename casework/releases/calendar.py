"""The calendar of releases from prison, for coordinators: by month, with what is open before the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Exists, OuterRef
from django.utils import timezone

from casework.cases.models import Action
from foundation.accounts.models import Organisation

from .models import PrisonRelease, ReleaseStep
from .vocabulary import Phase


@dataclass(frozen=True)
class PlannedRelease:
    """``open_before``: steps before the day that are not done, those due first first."""

    release: PrisonRelease
    open_before: Sequence[ReleaseStep]

    @property
    def days_until(self) -> int:
        """Negative if the day is over."""
        return (self.release.release_date - timezone.localdate()).days


@dataclass(frozen=True)
class Month:
    first: date
    rows: Sequence[PlannedRelease]


def months_of(centre: Organisation) -> list[Month]:
    """The current releases of the centre by month and date. Two queries."""
    found = PrisonRelease.objects.current().with_names().filter(centre=centre)
    releases = list(found.order_by("release_date", "pk"))
    open_before = list(_open_before(releases))
    rows = [PlannedRelease(one, [step for step in open_before if step.release_id == one.pk]) for one in releases]
    return [
        Month(first, list(group)) for first, group in groupby(rows, lambda row: row.release.release_date.replace(day=1))
    ]


def _open_before(releases: Sequence[PrisonRelease]) -> Iterator[ReleaseStep]:
    steps = ReleaseStep.objects.filter(release__in=[one.pk for one in releases], phase=Phase.BEFORE)
    is_open = Exists(Action.objects.open().filter(pk=OuterRef("pk")))
    yield from steps.filter(is_open).select_related("organisation", "data_key").order_by("due_at", "pk")
