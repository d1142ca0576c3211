"""What time itself brings about: claims that came to nothing, calls nobody was shown, and calls that fell silent.

(A part of the actions.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User

from .calls import end_call, note
from .commands import order
from .dispatch import offer_calls
from .flow import CALL_ENDED
from .legs import end_leg, leg_changed, lock_leg
from .models import Call, Leg
from .states import CallState
from .vocabulary import CommandKind, Party

#: From the claim to the conversation; the desk phone rings for 20 s of it.
CLAIM_LASTS = timedelta(seconds=45)
MOST_ASKED = 20


@transaction.atomic
def release_claims(*, by: User, now: datetime) -> int:
    """One call that was claimed and not connected in time goes back to where it stood; returns how many did."""
    claimed = Call.objects.filter(state=CallState.CONNECTING, claimed_at__lt=now - CLAIM_LASTS)
    late = claimed.order_by("claimed_at").first()
    if late is None:
        return 0
    call = Call.objects.locked().get(pk=late.pk)
    if call.state == CallState.CONNECTING:
        note(by, "call.claim_ran_out", call, {"by": call.claimed_by_id})
        for leg in call.legs.locked().live().filter(party=Party.HANDLER):
            order(by=by, kind=CommandKind.HANG_UP, leg=leg)
            end_leg(by=by, leg=leg, reason="not picked up")
    return 1


@transaction.atomic
def offer_what_waits(*, by: User) -> int:
    """Whatever was overlooked is offered now; returns how many offers were made."""
    centres = set(Call.objects.waiting().order_by().values_list("centre_id", flat=True))
    return sum(offer_calls(by=by, centre=centre, patient=True) for centre in sorted(centres))


@dataclass(frozen=True)
class Silent:
    """A call or leg that is open here. ``sid``: the provider's name for it."""

    key: UUID
    sid: str
    is_leg: bool


def silent(before: datetime) -> list[Silent]:
    """Open ones about which nothing was heard since ``before``, the longest silent first."""
    calls = Call.objects.unheard_of(before).order_by("heard_at")[:MOST_ASKED]
    legs = Leg.objects.live().filter(made_at__lt=before, sid__isnull=False).order_by("made_at")[:MOST_ASKED]
    return [Silent(call.pk, call.sid, False) for call in calls] + [Silent(leg.pk, leg.sid or "", True) for leg in legs]


@transaction.atomic
def apply(*, by: User, one: Silent, status: str) -> None:
    """What the provider says about it now."""
    if one.is_leg:
        if status in CALL_ENDED:
            leg_changed(by=by, leg=lock_leg(one.key), status="completed", sequence=None, sid=one.sid)
        return
    call = Call.objects.locked().get(pk=one.key)
    if status in CALL_ENDED:
        end_call(by=by, call=call)
    else:
        Call.objects.filter(pk=one.key).update(heard_at=timezone.now())
        note(by, "call.asked_about", call, {"status": status[:20]})
