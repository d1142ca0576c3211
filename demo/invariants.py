"""What must hold after any number of calls, however they went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise

from django.db.models import Count

from accounts.models import Organisation
from hotline.models import Contact
from switchboard.models import Call, Command, Leg, Offer, Seat
from switchboard.states import CommandState, OfferState, SeatState


def broken(centre: Organisation, since: datetime, talked: Sequence[str]) -> list[str]:
    """One sentence for each thing that is wrong with the calls that arrived ``since``; read as a coordinator.

    ``talked``: the calls in which, as the provider knows, the caller spoke with somebody.
    """
    return [
        *_ends(centre, since),
        *_unnoticed(centre, talked),
        *_contacts(centre, since),
        *_two_at_once(centre, since),
        *_left_over(centre),
    ]


def _ends(centre: Organisation, since: datetime) -> Iterator[str]:
    calls = Call.objects.filter(centre=centre, arrived_at__gte=since)
    for call in calls.filter(ended_at=None):
        yield f"{call} has not ended: {call.state}"
    for call in calls.filter(ending="answered", connected_at=None):
        yield f"{call} was answered by nobody"
    for call in calls.filter(connected_at__isnull=False).exclude(ending="answered"):
        yield f"{call} was answered and ended as {call.ending}"


def _unnoticed(centre: Organisation, talked: Sequence[str]) -> Iterator[str]:
    answered = Call.objects.filter(centre=centre, sid__in=talked, ending="answered")
    for sid in set(talked).difference(answered.values_list("sid", flat=True)):
        yield f"in {sid} the caller spoke with somebody, and it does not count as answered"


def _contacts(centre: Organisation, since: datetime) -> Iterator[str]:
    answered = Call.objects.filter(centre=centre, arrived_at__gte=since, connected_at__isnull=False)
    for call in answered.filter(contact=None):
        yield f"{call} was answered and has no contact"
    doubled = (
        Call.objects.inbound().filter(centre=centre, contact__isnull=False).values("contact").annotate(n=Count("pk"))
    )
    for row in doubled.filter(n__gt=1):
        yield f"contact {row['contact']} belongs to {row['n']} calls"
    keys = list(answered.values_list("contact", flat=True).distinct())
    if Contact.objects.filter(pk__in=keys).count() != len(keys):
        yield "an answered call's contact is not to be found"


def _two_at_once(centre: Organisation, since: datetime) -> Iterator[str]:
    """No handler in two conversations at the same time."""
    talked = Call.objects.filter(
        centre=centre, arrived_at__gte=since, connected_at__isnull=False, ended_at__isnull=False
    )
    times: dict[int, list[tuple[datetime, datetime]]] = {}
    for person, begun, ended in talked.values_list("claimed_by", "connected_at", "ended_at"):
        if person and begun and ended:
            times.setdefault(person, []).append((begun, ended))
    for person, spans in times.items():
        for first, second in pairwise(sorted(spans)):
            if second[0] < first[1]:
                yield f"handler {person} was in two calls at {second[0]:%H:%M:%S}"


def _left_over(centre: Organisation) -> Iterator[str]:
    for leg in Leg.objects.live().filter(centre=centre):
        yield f"{leg} is still open: {leg.state}"
    for seat in Seat.objects.filter(centre=centre, state=SeatState.ON_CALL):
        yield f"{seat} still sits in a call"
    for offer in Offer.objects.filter(centre=centre, state=OfferState.OPEN):
        yield f"{offer} is still shown"
    for command in Command.objects.filter(centre=centre, state=CommandState.WAITING):
        yield f"{command} still waits: {command.kind}"
