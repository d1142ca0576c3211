"""Stores webhook events, each once."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import connection
from django.utils import timezone

from foundation.privacy.actions import new_data_key
from foundation.privacy.unshown import read_or
from hotline.telephony.provider import Event

from .models import Call, WebhookEvent

#: Minimum time between updates of ``heard_at``; the sweep asks about a waiting call after a minute without events.
HEARD_AGAIN = timedelta(seconds=30)
EARLIER = "select id, data_key_id, answer from switchboard_webhookevent where dedupe_key = %s"


def answer_before(key: str) -> str | None:
    """The stored answer to the same event, by its dedupe key; None if there is none or it cannot be decrypted."""
    earlier = WebhookEvent.objects.raw(EARLIER, [key])
    return next((read_or(row, partial(_answer_of, row), "") for row in earlier), None)


def _answer_of(row: WebhookEvent) -> str:
    return str(row.answer)


def store(*, kind: str, event: Event, key: str, call: Call | None, answer: str, problem: str) -> None:
    """Store event and answer; with a ``problem``, it counts as not processed.

    Raises IntegrityError if the same event was stored concurrently.
    """
    now = timezone.now()
    row = WebhookEvent(kind=kind, resource_sid=event.sid, sequence=event.sequence, provider_time=event.at)
    row.dedupe_key = key
    row.received_at = now
    row.processed_at = None if problem else now
    row.data_key_id = _key_of(event, call)
    row.parameters = event.parameters
    row.answer = answer
    row.problem = problem
    row.save(force_insert=True)
    if call and call.sid == event.get("CallSid") and now - call.heard_at > HEARD_AGAIN:
        Call.objects.live().filter(pk=call.pk).update(heard_at=now)


def _key_of(event: Event, call: Call | None) -> UUID:
    """The data key of the call if there is one, so that its events are erased with it."""
    if call:
        return call.data_key_id
    new = Call.objects.filter(sid=event.get("CallSid") or "-").values_list("data_key_id", flat=True).first()
    return new or new_data_key().pk


def dedupe_key(kind: str, event: Event, about: str) -> str:
    """A key that only repeats share: from the provider's sequence number, else its idempotency token, else all
    parameters."""
    which = f"{kind}:{about[:80]}:{event.sid}"
    if event.sequence is not None:
        return f"{which}:{event.get('CallSid')[:64]}:{event.sequence}"
    if event.token:
        return f"{which}:{event.token}"
    said = json.dumps(event.parameters, sort_keys=True).encode()
    return f"{which}:{hashlib.sha256(said).hexdigest()}"


def unprocessed(kind: str, *, since: datetime) -> list[WebhookEvent]:
    """Events that could not be applied when they arrived, oldest first."""
    rows = WebhookEvent.objects.filter(kind=kind, processed_at=None, received_at__gt=since).order_by("received_at")
    return list(rows.select_related("data_key"))


def told(row: WebhookEvent) -> Event:
    """The event as it arrived, without its token."""
    return Event(row.resource_sid, row.sequence, "", row.provider_time, row.parameters)


def processed(row: WebhookEvent) -> None:
    """Mark a stored event as applied."""
    WebhookEvent.objects.filter(pk=row.pk).update(problem="", processed_at=timezone.now())


def count_refusal(*, kind: str) -> None:
    """Count an unsigned or forged webhook of today (UTC); nothing else of it is stored."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into switchboard_refusal (day, kind, count) values ((now() at time zone 'utc')::date, %s, 1)"
            " on conflict (day, kind) do update set count = switchboard_refusal.count + 1",
            [kind],
        )
