"""The table of data keys, and how they are unwrapped."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .bounds import moments_within
from .keys import KEY_BYTES, WrongKey, keyring, seal, unseal

CACHE_SECONDS = 60
CACHE_SIZE = 2048
opened_keys: dict[uuid.UUID, tuple[float, bytes]] = {}


class DataKey(models.Model):
    """The key of one dossier (a contact and all that follows from it), wrapped by a master key.

    Without ``wrapped`` nothing encrypted with it can be read again; this erases a dossier.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    master_key = models.CharField(max_length=40)
    wrapped = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            moments_within("data_key", "created_at", "erased_at"),
            models.CheckConstraint(
                condition=Q(wrapped__isnull=True, erased_at__isnull=False)
                | Q(wrapped__isnull=False, erased_at__isnull=True),
                name="data_key_present_or_erased",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def rewrapped(self) -> bytes:
        """Wrapped by the active master key. Raises WrongKey as `unwrap` does."""
        ring = keyring()
        return seal(ring.master[ring.active], self.unwrap(), f"data key {self.pk}")

    @classmethod
    def generate(cls) -> DataKey:
        """An unsaved key under the active master key."""
        ring = keyring()
        key = cls(master_key=ring.active)
        plain = os.urandom(KEY_BYTES)
        key.wrapped = seal(ring.master[ring.active], plain, f"data key {key.pk}")
        _remember(key.pk, plain)  # a new key is used at once
        return key

    def unwrap(self) -> bytes:
        """Raises WrongKey if the key was erased or the master key is missing or wrong."""
        master = keyring().master.get(self.master_key)
        if self.wrapped is None or master is None:
            raise WrongKey(f"data key {self.pk}")
        return unseal(master, bytes(self.wrapped), f"data key {self.pk}")


def opened_key(key_id: uuid.UUID) -> bytes:
    """The unwrapped data key; cached in the process for a minute, so an erased key is unusable after that."""
    now = time.monotonic()
    cached = opened_keys.get(key_id)
    if cached and cached[0] > now:
        return cached[1]
    key = DataKey.objects.filter(pk=key_id).first()
    if key is None:
        raise WrongKey(f"data key {key_id}")
    opened = key.unwrap()
    _remember(key_id, opened)
    return opened


def use_keys(keys: Iterable[DataKey]) -> None:
    """Unwrap keys that a function of the database has handed out, past the policies. Raises WrongKey."""
    for key in keys:
        _remember(key.pk, key.unwrap())


def _remember(key_id: uuid.UUID, opened: bytes) -> None:
    if len(opened_keys) >= CACHE_SIZE:
        # The oldest only: a key that was just made is needed for its first row, before anybody can read it.
        for oldest in list(opened_keys)[: CACHE_SIZE // 4]:
            opened_keys.pop(oldest, None)
    opened_keys[key_id] = (time.monotonic() + CACHE_SECONDS, opened)


class SigningKey(models.Model):
    """A key with which the application signs who acts. Derived from the secret key; written when migrating."""

    id = models.CharField(primary_key=True, max_length=16)
    inner_block = models.BinaryField()
    outer_block = models.BinaryField()

    def __str__(self) -> str:
        return self.pk
