"""Hangs up calls whose contact was ended without counselling."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from foundation.accounts.models import User

from . import outbound
from .calls import note
from .events import CALL_HUNG_UP
from .legs import say_goodbye
from .models import Call
from .states import CLAIMED, CallState


@transaction.atomic
def hang_up_ended(*, by: User) -> int:
    """Order a goodbye for each, once; returns how many. A call that is locked by a webhook is left to the next run."""
    running = Call.objects.live().filter(state__in=(CallState.WAITING, *CLAIMED))
    contacts = list(running.filter(contact__isnull=False).values_list("contact_id", flat=True))
    ended = _ended_without_counselling(contacts) if contacts else []
    said = 0
    for call in running.filter(contact_id__in=ended).order_by("pk").select_for_update(no_key=True, skip_locked=True):
        if outbound.give_up(by=by, call=call) or say_goodbye(by=by, call=call):
            note(by, CALL_HUNG_UP, call)
            said += 1
    return said


def _ended_without_counselling(contacts: list[UUID]) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("select ntk.ended_without_counselling(%s::uuid[])", [contacts])
        return [row[0] for row in cursor.fetchall()]
