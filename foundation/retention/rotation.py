"""Wraps data keys by the active master key, while everybody works.

The values stay as they are: only the key that opens the data keys changes. Each batch is a transaction with its event;
a run that dies is taken up by the next one.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection, transaction

from foundation.accounts.models import User
from foundation.accounts.second_factor_actions import seal_factors_anew
from foundation.accounts.services import Service, service_user
from foundation.journal.actions import record
from foundation.privacy.context import acting_as
from foundation.privacy.keys import WrongKey, keyring
from foundation.privacy.models import DataKey

from .events import KEYS_REWRAPPED

BATCH = 500
FIRST = uuid.UUID(int=0)
#: The subject of events about keys, which are about no record.
KEYS = uuid.UUID(int=0)


@dataclass
class Rotated:
    """``wrong``: keys that no master key of the key file opens; they stay as they are. The same for second factors."""

    rewrapped: int = 0
    wrong: list[uuid.UUID] = field(default_factory=list)
    factors: int = 0
    wrong_factors: list[int] = field(default_factory=list)


def rotate_keys() -> Rotated:
    """Wrap all data keys anew, and seal second factors.

    Returns when no key is left that an earlier master key wraps, but for wrong ones.
    """
    done = Rotated()
    retention = service_user(Service.RETENTION)
    with acting_as(retention, purpose="rotation"):
        done.factors, done.wrong_factors = seal_factors_anew(by=retention)
    while True:
        before = done.rewrapped
        _once(done)
        if done.rewrapped == before:  # also of those that were made meanwhile
            return done


def _once(done: Rotated) -> None:
    retention = service_user(Service.RETENTION)
    after = FIRST
    while True:
        with acting_as(retention, purpose="rotation"):
            keys = to_rewrap(after, BATCH)
            if not keys:
                return
            after = keys[-1].pk
            done.rewrapped += rewrap_keys(by=retention, keys=[key for key in keys if _opens(key, done)])


def _opens(key: DataKey, done: Rotated) -> bool:
    try:
        key.unwrap()
    except WrongKey:
        if key.pk not in done.wrong:
            done.wrong.append(key.pk)
        return False
    return True


def to_rewrap(after: uuid.UUID, most: int) -> list[DataKey]:
    """Data keys that another master key wraps, after this id."""
    return list(DataKey.objects.raw("select * from ntk.keys_to_rewrap(%s, %s, %s)", [keyring().active, after, most]))


@transaction.atomic
def rewrap_keys(*, by: User, keys: Sequence[DataKey]) -> int:
    """Wrap these keys by the active master key; returns how many. One that changed meanwhile is left alone.

    Raises WrongKey if one cannot be opened.
    """
    if not keys:
        return 0
    active = keyring().active
    rewrapped = [key.rewrapped() for key in keys]
    earlier = [bytes(key.wrapped or b"") for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            "select ntk.rewrap_keys(%s, %s::uuid[], %s::bytea[], %s::bytea[])",
            [active, [key.pk for key in keys], earlier, rewrapped],
        )
        stored = int(cursor.fetchone()[0])
    if stored:
        record(KEYS_REWRAPPED, by=by, subject=KEYS, centre=None, data={"keys": stored, "master": active})
    return stored
