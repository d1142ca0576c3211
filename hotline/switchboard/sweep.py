"""Periodic repairs: expired claims, calls without an offer, callers alone in a room, calls without events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from foundation.accounts.models import User

from .call_flow import CALL_ENDED
from .calls import begin_talking, end_call, note
from .commands import order
from .dispatch import offer_calls
from .events import CALL_CLAIM_RAN_OUT
from .legs import GOODBYE_WORKS_IN, end_leg, leg_changed, lock_leg, put_back_unanswered, report_lone_caller
from .models import Call, Command, Leg
from .outbound import give_up_late, person_changed
from .states import CLAIMED, COMMAND_WAITING, THERE, CallState, LegState
from .vocabulary import CallParticipant, CommandKind, Direction

#: Maximum time from claim to conversation: the telephone rings, asks for a key, and the caller is sent to the room.
CLAIM_LASTS = timedelta(seconds=60)
#: Time after which we no longer wait for the events that caller and handler are in the room.
TOLD_BY_THEN = timedelta(seconds=10)
#: Time that somebody may be alone in a room; usually the event of its end is on its way.
ALONE_FOR = timedelta(seconds=3)
GOODBYE_AGAIN = timedelta(seconds=10)
#: Time without events after which the provider is asked for the status: in a conversation, and otherwise.
SILENT_IN_TALK = timedelta(seconds=20)
SILENT = timedelta(seconds=60)
#: The caller is in the room and waits for the handler: ask for the status of the handler's telephone.
ASKED_WHILE_WAITED_FOR = timedelta(seconds=5)
MOST_ASKED = 20
#: Claimed calls that somebody else may take instead.
INCOMING = {"state": CallState.CONNECTING, "direction": Direction.INBOUND}


@transaction.atomic
def release_claims(*, by: User, now: datetime) -> int:
    """Return one call that was claimed and not connected in time to the queue; returns the number of calls (0 or 1).

    Without calls whose caller is in the room already: these are connected, or removed by the end of the handler's leg.
    """
    late = Q(claimed_at__lt=now - CLAIM_LASTS, entered_at=None, **INCOMING)
    call = _locked_first(late, "claimed_at")
    if call is None:
        return 0
    note(by, CALL_CLAIM_RAN_OUT, call, {"by": call.claimed_by_id})
    put_back_unanswered(by=by, call=call)
    for leg in call.legs.locked().live().filter(party=CallParticipant.HANDLER):
        order(by=by, kind=CommandKind.HANG_UP, leg=leg)
        end_leg(by=by, leg=leg, reason="not picked up")
    return 1


@transaction.atomic
def begin_unreported_conversations(*, by: User, now: datetime) -> int:
    """Start the conversation if caller and handler have been connected for a while, even without the room's events."""
    there = Leg.objects.filter(
        call=OuterRef("pk"), user=OuterRef("claimed_by"), party=CallParticipant.HANDLER, state__in=THERE
    )
    silent = Q(Exists(there), state=CallState.CONNECTING, entered_at__lt=now - TOLD_BY_THEN)
    call = _locked_first(silent, "entered_at")
    if call is None:
        return 0
    begin_talking(by=by, call=call)
    return 1


@transaction.atomic
def put_back_from_room(*, by: User, now: datetime) -> int:
    """Return a caller to the queue whose handler left the room before any event showed that they had met."""
    here = Leg.objects.filter(call=OuterRef("pk"), user=OuterRef("claimed_by"), party=CallParticipant.HANDLER)
    gone = ~Exists(here.filter(ended_at=None)) & ~Exists(here.filter(ended_at__gt=now - ALONE_FOR))
    call = _locked_first(gone & Q(claimed_at__lt=now - ALONE_FOR, **INCOMING), "claimed_at")
    return int(call is not None and put_back_unanswered(by=by, call=call))


@transaction.atomic
def say_goodbye_to_lone_callers(*, by: User, now: datetime) -> int:
    """Order the goodbye for a caller who is alone in the room without one, and show it to the shift."""
    there = Leg.objects.filter(call=OuterRef("pk"), state__in=THERE)
    just_left = Leg.objects.filter(call=OuterRef("pk"), ended_at__gt=now - ALONE_FOR)
    in_hand = Q(kind=CommandKind.GOODBYE, state__in=COMMAND_WAITING) | Q(
        kind__in=[CommandKind.GOODBYE, CommandKind.REQUEUE], made_at__gt=now - GOODBYE_AGAIN
    )
    commands = Command.objects.filter(in_hand, call=OuterRef("pk"))
    alone = Q(~Exists(there), ~Exists(just_left), ~Exists(commands)) & (
        Q(state=CallState.TALKING) | Q(entered_at__lt=now - ALONE_FOR)
    )
    call = _locked_first(alone & (Q(goodbye_at=None) | Q(goodbye_at__lt=now - GOODBYE_WORKS_IN)), "pk")
    if call is None:
        return 0
    report_lone_caller(by=by, call=call)
    order(by=by, kind=CommandKind.GOODBYE, call=call)
    return 1


#: Each handles one due call and returns 0 if there is none.
STEPS: Sequence[Callable[..., int]] = (
    release_claims,
    give_up_late,
    begin_unreported_conversations,
    put_back_from_room,
    say_goodbye_to_lone_callers,
)


def _locked_first(condition: Q, by_age: str) -> Call | None:
    """Lock the first live call of this kind that is not locked by others."""
    calls = Call.objects.live().filter(condition).order_by(by_age)
    return calls.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()


@transaction.atomic
def offer_what_waits(*, by: User) -> int:
    """Offer calls that were missed; returns how many offers were made."""
    centres = set(Call.objects.waiting().order_by().values_list("centre_id", flat=True))
    return sum(offer_calls(by=by, centre=centre, patient=True) for centre in sorted(centres))


@dataclass(frozen=True)
class Silent:
    """An open call or leg without recent events. ``sid``: the provider's id."""

    key: UUID
    sid: str
    is_leg: bool


@transaction.atomic
def silent(now: datetime) -> list[Silent]:
    """Open calls and legs to ask the provider about, longest without events first; marks them as asked."""
    talking = Q(state__in=CLAIMED, known_at__lt=now - SILENT_IN_TALK)
    due = Q(ask_at__lte=now) | talking | Q(known_at__lt=now - SILENT)
    known = Call.objects.live().annotate(known_at=Greatest(F("heard_at"), F("asked_at"))).filter(due, sid__isnull=False)
    calls = list(known.order_by("known_at").select_for_update(no_key=True, skip_locked=True)[:MOST_ASKED])
    waited_for = Q(
        state=LegState.ANSWERED, call__entered_at__lt=now - ALONE_FOR, asked_at__lt=now - ASKED_WHILE_WAITED_FOR
    )
    overdue = Q(ask_at__lte=now) | waited_for | Q(asked_at__lt=now - SILENT_IN_TALK)
    live = Leg.objects.live().filter(overdue, sid__isnull=False).order_by("asked_at")
    legs = list(live.select_for_update(no_key=True, skip_locked=True, of=("self",))[:MOST_ASKED])
    Call.objects.filter(pk__in=[call.pk for call in calls]).update(asked_at=now, ask_at=None)
    Leg.objects.filter(pk__in=[leg.pk for leg in legs]).update(asked_at=now, ask_at=None)
    return [Silent(call.pk, call.sid or "", False) for call in calls] + [
        Silent(leg.pk, leg.sid or "", True) for leg in legs
    ]


@transaction.atomic
def apply(*, by: User, one: Silent, status: str) -> None:
    """Apply the status that the provider returned."""
    if one.is_leg:
        leg = lock_leg(one.key)
        leg_changed(by=by, leg=leg, status=status, sequence=None, sid=one.sid)
        if status not in CALL_ENDED and leg.call.ended_at:
            _hang_up_again(by, leg)
        return
    call = Call.objects.locked().get(pk=one.key)
    if call.is_outbound:
        person_changed(by=by, call=call, status=status, sid=one.sid)
    elif status in CALL_ENDED:
        end_call(by=by, call=call)
    if status not in CALL_ENDED:
        Call.objects.filter(pk=one.key).update(heard_at=timezone.now())


def _hang_up_again(by: User, leg: Leg) -> None:
    """Order hanging up again for a telephone that is still connected after the call."""
    if not leg.commands.filter(kind=CommandKind.HANG_UP, state__in=COMMAND_WAITING).exists():
        order(by=by, kind=CommandKind.HANG_UP, leg=leg)
