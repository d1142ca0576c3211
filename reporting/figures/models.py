"""Tables of counts without personal data, updated from the journal. All figures of releases come from them."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.privacy.bounds import COUNTED, days_within, moments_within, numbers_within


class Cell(models.Model):
    """The number of one measure, month and key. ``month``: its first day, in the centre's time zone."""

    id = models.AutoField(primary_key=True)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    measure = models.CharField(max_length=30)
    month = models.DateField()
    key = models.CharField(max_length=40)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            days_within("cell", "month"),
            numbers_within("cell", number=COUNTED),
            models.UniqueConstraint(fields=["centre", "measure", "month", "key"], name="one_cell"),
            models.CheckConstraint(condition=models.Q(number__gte=0), name="cell_not_below_zero"),
        ]

    def __str__(self) -> str:
        return f"cell {self.pk}"


class Counted(models.Model):
    """The cells in which a contact, case or referral is counted now, so that a change can subtract it.

    ``is_detached``: the row was deleted, its figures are kept, and ``subject`` is random.
    """

    subject = models.UUIDField(primary_key=True, default=uuid.uuid4)
    cells = ArrayField(models.IntegerField())
    is_detached = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"counted {self.pk}"


class Progress(models.Model):
    """A single row: the position of the journal's chain, and the time (UTC), up to which events are counted."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            moments_within("progress", "at"),
            numbers_within("progress", position=COUNTED),
            models.CheckConstraint(condition=models.Q(id=1), name="one_progress"),
        ]

    def __str__(self) -> str:
        return f"counted up to {self.position}"


class Import(models.Model):
    """An imported file of a centre's past. The file is not stored; ``digest`` (SHA-256) identifies it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    centre = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    rows = models.BigIntegerField()
    first = models.DateField()
    last = models.DateField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            moments_within("import", "made_at"),
            days_within("import", "first", "last"),
            numbers_within("import", rows=COUNTED),
            models.UniqueConstraint(fields=["centre", "digest"], name="imported_once"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportedCount(models.Model):
    """The number that one import adds to one cell."""

    source = models.ForeignKey(Import, models.PROTECT, related_name="counts")
    cell = models.ForeignKey(Cell, models.PROTECT, related_name="+")
    number = models.BigIntegerField()

    class Meta:
        constraints = [
            numbers_within("imported_count", number=COUNTED),
            models.UniqueConstraint(fields=["source", "cell"], name="imported_count_once"),
        ]

    def __str__(self) -> str:
        return f"imported count {self.pk}"
