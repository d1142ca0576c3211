"""Storing what the provider tells us, once. (A part of the actions.)"""

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

#: That the provider spoke of a call is noted so often; about one that waits, the sweep asks after a minute of silence.
HEARD_AGAIN = timedelta(seconds=30)
EARLIER = "select id, data_key_id, answer from switchboard_webhookevent where dedupe_key = %s"


def answer_before(key: str) -> str | None:
    """What was answered when the same, by its dedupe key, came before; nothing where that cannot be read."""
    earlier = WebhookEvent.objects.raw(EARLIER, [key])
    return next((read_or(row, partial(_answer_of, row), "") for row in earlier), None)


def _answer_of(row: WebhookEvent) -> str:
    return str(row.answer)


def store(*, kind: str, event: Event, key: str, call: Call | None, answer: str, problem: str) -> None:
    """Keep what came and what was answered; with a problem, it counts as not processed.

    Raises IntegrityError when the same has come at the same moment and is stored already.
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
    """The call's own, where we know it: what was said about a call is erased with it."""
    if call:
        return call.data_key_id
    new = Call.objects.filter(sid=event.get("CallSid") or "-").values_list("data_key_id", flat=True).first()
    return new or new_data_key().pk


def dedupe_key(kind: str, event: Event, about: str) -> str:
    """The same for a repeat and different otherwise: by the provider's sequence number, else by its token, else by
    everything that was said."""
    which = f"{kind}:{about[:80]}:{event.sid}"
    if event.sequence is not None:
        return f"{which}:{event.get('CallSid')[:64]}:{event.sequence}"
    if event.token:
        return f"{which}:{event.token}"
    said = json.dumps(event.parameters, sort_keys=True).encode()
    return f"{which}:{hashlib.sha256(said).hexdigest()}"


def unprocessed(kind: str, *, since: datetime) -> list[WebhookEvent]:
    """What could not be applied when it came, oldest first."""
    rows = WebhookEvent.objects.filter(kind=kind, processed_at=None, received_at__gt=since).order_by("received_at")
    return list(rows.select_related("data_key"))


def told(row: WebhookEvent) -> Event:
    """As it came, without its token."""
    return Event(row.resource_sid, row.sequence, "", row.provider_time, row.parameters)


def processed(row: WebhookEvent) -> None:
    """What could not be applied has been applied now."""
    WebhookEvent.objects.filter(pk=row.pk).update(problem="", processed_at=timezone.now())


def count_refusal(*, kind: str) -> None:
    """One more unsigned or forged webhook today (UTC); nothing else of it is kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into switchboard_refusal (day, kind, count) values ((now() at time zone 'utc')::date, %s, 1)"
            " on conflict (day, kind) do update set count = switchboard_refusal.count + 1",
            [kind],
        )
