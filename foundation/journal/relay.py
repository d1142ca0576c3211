"""Delivers events from the outbox: push to open pages, wake-up of Celery tasks.

Claiming is a short transaction with a lease; delivery happens outside any transaction; then the row goes. A relay that
dies in between delivers again when the lease is over, so receivers bear repeats.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from celery import current_app
from channels.layers import get_channel_layer
from django.db import connection

from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as

from .models import Event, Outbox
from .time_limits import MARGIN, within

LEASE_SECONDS = 10
BATCH = 100
#: Seconds for one event at most, to tell the pages and to wake the task: none is begun that the lease does not cover.
LONGEST_PUSH = 2.0
LONGEST_WAKE = 3.5
LONGEST_DELIVERY = LONGEST_PUSH + LONGEST_WAKE
log = logging.getLogger(__name__)
Run = Callable[[Coroutine[Any, Any, None]], None]

# What nobody tried yet goes first: something that cannot be delivered holds nothing else up.
CLAIM = """
update journal_outbox set claimed_until = statement_timestamp() + make_interval(secs => %s)
where event_id in (
    select event_id from journal_outbox where claimed_until is null or claimed_until < statement_timestamp()
    order by claimed_until nulls first, event_id limit %s for update skip locked)
returning event_id, claimed_until
"""


@dataclass(frozen=True)
class Parcel:
    event_id: int
    kind: str
    subject: str
    tell: tuple[str, ...]
    wake: str


@dataclass(frozen=True)
class Claim:
    parcels: list[Parcel]
    until: datetime | None
    """None when there was nothing to claim."""


class Batch(NamedTuple):
    """How many events were claimed, and how many of them delivered."""

    claimed: int
    delivered: int

    @property
    def is_full(self) -> bool:
        """More may be waiting."""
        return self.claimed == BATCH


def deliver_batch(run: Run = asyncio.run) -> Batch:
    """Claim and deliver what waits.

    ``run``: by the loop that pushes; one that stays keeps its connection to Valkey.
    """
    relay = service_user(Service.RELAY)
    begin_by = time.monotonic() + LEASE_SECONDS - MARGIN - LONGEST_DELIVERY
    with acting_as(relay, purpose="relay"):
        claim = _claim()
    delivered = []
    untried = []
    for parcel in claim.parcels:
        if time.monotonic() > begin_by:
            untried.append(parcel.event_id)
        elif _deliver(parcel, run):
            delivered.append(parcel.event_id)
    if delivered or untried:
        with acting_as(relay, purpose="relay"):
            Outbox.objects.filter(pk__in=delivered).delete()
            Outbox.objects.filter(pk__in=untried, claimed_until=claim.until).update(claimed_until=None)
    return Batch(len(claim.parcels), len(delivered))


def _claim() -> Claim:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [LEASE_SECONDS, BATCH])
        claimed = dict(cursor.fetchall())
    events = Event.objects.filter(pk__in=claimed).order_by("pk")
    parcels = [Parcel(e.pk, e.kind, str(e.subject), tuple(e.tell), e.wake) for e in events]
    return Claim(parcels, next(iter(claimed.values()), None))


def _deliver(parcel: Parcel, run: Run) -> bool:
    try:
        if parcel.tell:
            run(_in_time(parcel))
        if parcel.wake:
            within(LONGEST_WAKE, partial(current_app.send_task, parcel.wake, args=[parcel.event_id], retry=False))
    except Exception:
        log.warning(
            "event %s not delivered, it stays in the outbox",
            parcel.event_id,
            exc_info=True,
        )
        return False
    return True


async def _in_time(parcel: Parcel) -> None:
    """A server that has stopped without closing its connections would keep us waiting for ever."""
    async with asyncio.timeout(LONGEST_PUSH):
        await _push(parcel)


async def _push(parcel: Parcel) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    message = {
        "type": "changed",
        "id": parcel.subject,
        "kind": parcel.kind.partition(".")[0],
    }
    for group in parcel.tell:
        await layer.group_send(group, message)
