"""Invariants after any number of calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from foundation.accounts.models import Organisation
from hotline.contacts.models import Contact
from hotline.switchboard.models import Agent, Call, Command, Leg, Offer, Voicemail
from hotline.switchboard.states import AgentState, CommandState, OfferState
from hotline.switchboard.vocabulary import CallParticipant

from .calling import DEAD, Seen

#: Reasons of legs that nobody has answered.
NOT_ANSWERED = ("busy", "no-answer", "failed", "canceled")


def broken(centre: Organisation, since: datetime, seen: Seen) -> list[str]:
    """One sentence for each thing that is wrong with the calls that arrived ``since``; read as a coordinator.

    ``seen``: what the provider knows of them.
    """
    return [
        *_ends(centre, since),
        *_unnoticed(centre, seen.talked),
        *_alone(seen),
        *_dead(centre, since, seen.ended),
        *_thrown_out(centre, since, seen.rings),
        *_voicemails(centre, since, seen.undeleted),
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


def _alone(seen: Seen) -> Iterator[str]:
    for sid, seconds in seen.alone:
        yield f"the caller of {sid} was alone in a room for {seconds:.0f} s"
    for sid, seconds in seen.dead:
        yield f"the telephone {sid} was alone in a room for {seconds:.0f} s"


def _dead(centre: Organisation, since: datetime, ended: Mapping[str, datetime]) -> Iterator[str]:
    """No handler is in a call that has ended at the provider."""
    calls = Call.objects.filter(centre=centre, arrived_at__gte=since, claimed_by__isnull=False)
    legs = Leg.objects.filter(centre=centre, made_at__gte=since, party=CallParticipant.HANDLER, sid__isnull=False)
    for one in [*calls, *legs]:
        over = ended.get(one.sid or "")
        noticed = one.ended_at or timezone.now()
        if over and (late := (noticed - over).total_seconds()) > DEAD:
            yield f"{one} was over for {late:.0f} s before that was noticed"


def _thrown_out(centre: Organisation, since: datetime, rings: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """A telephone in a conversation does not end because it was rung once more, and that was not answered."""
    legs = Leg.objects.filter(centre=centre, made_at__gte=since, joined_at__isnull=False, reason__in=NOT_ANSWERED)
    for leg in legs:
        if len(rings.get(str(leg.pk), ())) > 1:
            yield f"{leg} was in a conversation, and ended by a second ringing: {leg.reason}"


def _voicemails(centre: Organisation, since: datetime, undeleted: Sequence[str]) -> Iterator[str]:
    silent = Voicemail.objects.filter(centre=centre, made_at__gte=since, fetched_at=None, lost_at=None)
    for voicemail in silent:
        yield f"{voicemail} has no sound, and nobody was told"
    told = set(Voicemail.objects.filter(centre=centre).values_list("recording_sid", flat=True))
    for sid in undeleted:
        yield f"{sid} is still at the provider" + ("" if sid in told else ", and was not noticed here")


def _contacts(centre: Organisation, since: datetime) -> Iterator[str]:
    answered = Call.objects.filter(centre=centre, arrived_at__gte=since, connected_at__isnull=False)
    for call in answered.filter(contact=None):
        yield f"{call} was answered and has no contact"
    doubled = (
        Call.objects.inbound().filter(centre=centre, contact__isnull=False).values("contact").annotate(n=Count("pk"))
    )
    for row in doubled.filter(n__gt=1):
        yield f"contact {row['contact']} belongs to {row['n']} calls"
    keys = list(answered.exclude(contact=None).values_list("contact", flat=True).distinct())
    if Contact.objects.filter(pk__in=keys).count() != len(keys):
        yield "an answered call's contact is not to be found"


def _two_at_once(centre: Organisation, since: datetime) -> Iterator[str]:
    """No handler in two conversations at the same time."""
    talked = Call.objects.filter(
        centre=centre, arrived_at__gte=since, connected_at__isnull=False, ended_at__isnull=False
    )
    out = _out_of(centre, since)
    times: dict[int, list[tuple[datetime, datetime]]] = {}
    for call, person, begun, ended in talked.values_list("pk", "claimed_by", "connected_at", "ended_at"):
        if person and begun and ended:
            times.setdefault(person, []).append((begun, min(ended, out.get((call, person), ended))))
    for person, spans in times.items():
        for first, second in pairwise(sorted(spans)):
            if second[0] < first[1]:
                yield f"handler {person} was in two calls at {second[0]:%H:%M:%S}"


def _out_of(centre: Organisation, since: datetime) -> dict[tuple[UUID, int], datetime]:
    """When each handler's telephone left each call: after a handover the handler is free while the call continues."""
    legs = Leg.objects.filter(centre=centre, made_at__gte=since, party=CallParticipant.HANDLER, ended_at__isnull=False)
    return {
        (call, person): ended
        for call, person, ended in legs.order_by("ended_at").values_list("call", "user", "ended_at")
        if person and ended
    }


def _left_over(centre: Organisation) -> Iterator[str]:
    for leg in Leg.objects.live().filter(centre=centre):
        yield f"{leg} is still open: {leg.state}"
    for agent in Agent.objects.filter(centre=centre, state=AgentState.ON_CALL):
        yield f"{agent} still sits in a call"
    for offer in Offer.objects.filter(centre=centre, state=OfferState.OPEN):
        yield f"{offer} is still shown"
    for command in Command.objects.filter(centre=centre, state=CommandState.WAITING):
        yield f"{command} still waits: {command.kind}"
