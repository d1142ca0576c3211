"""Tables of releases, which never change once published."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import days_within, moments_within

from .content import Content, PeriodKind, Span, digest, read
from .states import DECIDED, DISCARDED, PREPARED, RELEASED, ReleaseState


class ReleaseQuerySet(models.QuerySet["Release"]):
    def released(self) -> ReleaseQuerySet:
        return self.filter(state__in=RELEASED)

    def prepared(self) -> ReleaseQuerySet:
        return self.filter(state__in=PREPARED)

    def kept(self) -> ReleaseQuerySet:
        """Without those that were prepared and not published."""
        return self.exclude(state__in=DISCARDED)

    def public(self) -> ReleaseQuerySet:
        return self.released().filter(is_public=True)

    def newest_first(self) -> ReleaseQuerySet:
        return self.order_by("-first", "-last", "kind")


class Release(models.Model):
    """The figures of a period as published: prepared by one coordinator, released by another.

    ``content`` and its ``digest`` are written when it is prepared, so that the second person releases what they saw.
    A trigger refuses changes. ``withheld``: number of figures that disclosure control withheld.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in PeriodKind])
    first = models.DateField()
    last = models.DateField()
    state = models.CharField(max_length=10, choices=ReleaseState, default=ReleaseState.PREPARED)
    small = models.PositiveSmallIntegerField()
    base = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    withheld = models.PositiveSmallIntegerField(default=0)
    is_public = models.BooleanField(default=False)
    prepared_at = models.DateTimeField(default=timezone.now)
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            moments_within("release", "prepared_at", "ended_at"),
            days_within("release", "first", "last"),
            models.UniqueConstraint(
                fields=["centre", "first", "last"],
                condition=~Q(state__in=DISCARDED),
                name="one_release_per_period",
            ),
            models.CheckConstraint(
                condition=Q(state__in=PREPARED, ended_at=None, ended_by=None)
                | Q(
                    state__in=DECIDED,
                    ended_at__isnull=False,
                    ended_by__isnull=False,
                ),
                name="release_ended_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=RELEASED) | ~Q(ended_by=F("prepared_by")), name="release_by_a_second_person"
            ),
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(state__in=RELEASED), name="release_public_is_released"
            ),
        ]

    def __str__(self) -> str:
        return f"release {self.pk}"

    @property
    def span(self) -> Span:
        return Span(PeriodKind(self.kind), self.first, self.last)

    @property
    def is_prepared(self) -> bool:
        return self.state == ReleaseState.PREPARED

    @property
    def is_released(self) -> bool:
        return self.state == ReleaseState.RELEASED

    @property
    def is_whole(self) -> bool:
        """Whether the content still matches the digest."""
        return digest(self.content) == self.digest

    def in_language(self, language: str = "") -> Content:
        """The content in this language, or in the active one."""
        stored: Mapping[str, Any] = self.content
        return read(stored, language)


class Paper(models.Model):
    """A release as a PDF in one language. Stored, because making it takes longer than a request may."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="papers")
    language = models.CharField(max_length=2)
    body = models.BinaryField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            moments_within("paper", "made_at"),
            models.UniqueConstraint(fields=["release", "language"], name="one_paper_per_language"),
        ]

    def __str__(self) -> str:
        return f"paper {self.pk}"
