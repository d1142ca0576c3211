"""Storing what the provider tells us, once. (A part of the actions.)"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from hotline.telephony import Event
from privacy.actions import new_data_key

from .models import Call, WebhookEvent

#: That the provider spoke of a call is noted so often; the sweep asks after two minutes of silence.
HEARD_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True)
class Stored:
    """``is_repeat``: it came before, and ``event.answer`` is what was answered then."""

    event: WebhookEvent
    is_repeat: bool

    @property
    def told(self) -> Event:
        """As it came, without its token."""
        row = self.event
        return Event(row.resource_sid, row.sequence, "", row.provider_time, row.parameters)


def store(*, kind: str, event: Event, about: str) -> Stored:
    """Insert the event, or find the one that came before. A repeat at the same moment waits for the first to commit."""
    row = WebhookEvent(kind=kind, resource_sid=event.sid, sequence=event.sequence, provider_time=event.at)
    row.dedupe_key = dedupe_key(kind, event, about)
    row.received_at = timezone.now()
    calls = Call.objects.filter(sid=event.get("CallSid") or "-")
    data_key_id, heard_at = calls.values_list("data_key_id", "heard_at").first() or (None, None)
    # The call's own key, where we know it: what was said about a call is erased with it.
    row.data_key_id = data_key_id or new_data_key().pk
    row.parameters = event.parameters
    WebhookEvent.objects.bulk_create([row], ignore_conflicts=True)
    stored_as = WebhookEvent.objects.values_list("pk", flat=True).get(dedupe_key=row.dedupe_key)
    if stored_as != row.pk:
        return Stored(WebhookEvent.objects.get(pk=stored_as), is_repeat=True)
    if heard_at and row.received_at - heard_at > HEARD_AGAIN:
        calls.live().update(heard_at=row.received_at)
    return Stored(row, is_repeat=False)


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


def finish(*, stored: Stored, answer: str, problem: str) -> None:
    """With a problem, it counts as not processed."""
    stored.event.answer, stored.event.problem = answer, problem
    stored.event.processed_at = None if problem else timezone.now()
    stored.event.save(update_fields=["answer", "problem", "processed_at"])


def unprocessed(kind: str, *, since: datetime) -> list[Stored]:
    """What could not be applied when it came, oldest first."""
    rows = WebhookEvent.objects.filter(kind=kind, processed_at=None, received_at__gt=since).order_by("received_at")
    return [Stored(row, is_repeat=False) for row in rows.select_related("data_key")]


def count_refusal(*, kind: str) -> None:
    """One more unsigned or forged webhook today (UTC); nothing else of it is kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into switchboard_refusal (day, kind, count) values ((now() at time zone 'utc')::date, %s, 1)"
            " on conflict (day, kind) do update set count = switchboard_refusal.count + 1",
            [kind],
        )
