"""Delivers events from the outbox: push messages to open pages, and wake-ups of Celery tasks.

Rows are leased in a short transaction, delivered outside any transaction, and then deleted. If the relay dies in
between, they are delivered again after the lease, so receivers have to be idempotent.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from celery import current_app
from channels.layers import get_channel_layer

from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from foundation.privacy.time_limits import MARGIN, within

from .models import Event, Outbox

LEASE_SECONDS = 10
LEASE = timedelta(seconds=LEASE_SECONDS)
BATCH = 100
#: Maximum seconds for one event, to push it and to wake its task; none is started that could outlast the lease.
LONGEST_PUSH = 2.0
LONGEST_WAKE = 3.5
LONGEST_DELIVERY = LONGEST_PUSH + LONGEST_WAKE
log = logging.getLogger(__name__)
Run = Callable[[Coroutine[Any, Any, None]], None]


@dataclass(frozen=True)
class Parcel:
    event_id: int
    kind: str
    subject: str
    tell: tuple[str, ...]
    wake: str


class Batch(NamedTuple):
    """Numbers of claimed and of delivered events."""

    claimed: int
    delivered: int

    @property
    def is_full(self) -> bool:
        """Whether more events may be waiting."""
        return self.claimed == BATCH


def deliver_batch(run: Run = asyncio.run) -> Batch:
    """Claim and deliver waiting events.

    ``run``: runs a coroutine; a persistent event loop keeps its connection to Valkey.
    """
    relay = service_user(Service.RELAY)
    begin_by = time.monotonic() + LEASE_SECONDS - MARGIN - LONGEST_DELIVERY
    with acting_as(relay, purpose="relay"):
        claimed = Outbox.objects.to_deliver().claim(LEASE, most=BATCH)
        parcels = _parcels(claimed)
    delivered = []
    untried = []
    for parcel in parcels:
        if time.monotonic() > begin_by:
            untried.append(parcel.event_id)
        elif _deliver(parcel, run):
            delivered.append(parcel.event_id)
    if delivered or untried:
        with acting_as(relay, purpose="relay"):
            Outbox.objects.filter(pk__in=delivered).delete()
            Outbox.objects.release([row for row in claimed if row.pk in untried])
    return Batch(len(claimed), len(delivered))


def _parcels(claimed: list[Outbox]) -> list[Parcel]:
    events = Event.objects.filter(pk__in=[row.pk for row in claimed]).order_by("pk")
    return [Parcel(e.pk, e.kind, str(e.subject), tuple(e.tell), e.wake) for e in events]


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
    """Deliver with a time limit, because a server that hangs would block the relay."""
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
