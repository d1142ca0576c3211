"""Offers waiting calls to ready handlers, and expires offers."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.journal.actions import record

from .events import AGENT_BREAK, CALL_OFFER_EXPIRED, CALL_OFFERED, CALL_OFFERS_WITHDRAWN
from .matching import Free, WaitingCall, match
from .models import Agent, Call, Offer
from .states import OFFER_OPEN, OFFER_PASSED, AgentReason, AgentState, CallState, OfferState

OFFERED_FOR = timedelta(seconds=20)
#: A call that a handler did not take is not offered to that handler again for this time.
LEFT_ALONE_FOR = timedelta(seconds=20)
#: After this number of consecutive expired offers the handler is set to break.
MISSED_IN_A_ROW = 2


@transaction.atomic(savepoint=False)
def offer_calls(*, by: User, centre: int, patient: bool = False) -> int:
    """Offer waiting calls to free handlers; returns how many offers were made.

    One run at a time per centre. If another is running, this does nothing, so that requests do not wait for each other;
    calls that the other run could not see are offered by the sweep (``patient``) at most two seconds later.
    """
    lock = "pg_advisory_xact_lock" if patient else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"select {lock}(hashtext('switchboard.offers'), %s)", [centre])
        if cursor.fetchone()[0] is False:
            return 0
    now = timezone.now()
    idle = ~Q(call__state=CallState.WAITING) | ~Q(agent__state=AgentState.READY)
    withdraw_offers(by=by, offers=Offer.objects.filter(idle, centre_id=centre))
    calls = _waiting(centre, now)
    if not calls:
        return 0
    pairs = match(calls, _free(centre))
    agents = dict(Agent.objects.filter(pk__in=[agent for _call, agent in pairs]).values_list("pk", "user_id"))
    for call, agent in pairs:
        Offer.objects.create(call_id=call, agent_id=agent, centre_id=centre, made_at=now, expires_at=now + OFFERED_FOR)
        record(CALL_OFFERED, by=by, subject=call, centre=centre, data={"to": agents[agent]},
               tell=(user_group(agents[agent]),))  # fmt: skip
    return len(pairs)


def _waiting(centre: int, now: datetime) -> list[WaitingCall]:
    calls = list(Call.objects.waiting().filter(centre_id=centre).select_related("line"))
    shown: dict[UUID, set[UUID]] = {call.pk: set() for call in calls}
    passed: dict[UUID, set[UUID]] = {call.pk: set() for call in calls}
    recent = Offer.objects.filter(call__in=calls).filter(
        Q(state__in=OFFER_OPEN) | Q(state__in=OFFER_PASSED, ended_at__gt=now - LEFT_ALONE_FOR)
    )
    for call_id, agent_id, state in recent.values_list("call_id", "agent_id", "state"):
        (shown if state in OFFER_OPEN else passed)[call_id].add(agent_id)
    return [
        WaitingCall(
            call=call.pk,
            since=call.waiting_since or call.arrived_at,
            language=call.language,
            skill=call.line.skill,
            is_urgent=call.is_urgent,
            shown_to=frozenset(shown[call.pk]),
            passed_by=frozenset(passed[call.pk]),
        )
        for call in calls
    ]


def _free(centre: int) -> list[Free]:
    """Agents who are ready and have no open offer."""
    busy = Offer.objects.filter(centre_id=centre, state__in=OFFER_OPEN).values("agent_id")
    agents = Agent.objects.ready().filter(centre_id=centre).exclude(pk__in=busy)
    return [Free(agent.pk, agent.since, frozenset(agent.languages), frozenset(agent.skills)) for agent in agents]


@transaction.atomic(savepoint=False)
def expire_offers(*, by: User, now: datetime) -> int:
    """Expire offers; returns how many. A handler with two consecutive expired offers is set to break.

    An offer whose agent is locked, for example by accepting, is left to the next run.
    """
    gone = list(
        Offer.objects.filter(state__in=OFFER_OPEN, expires_at__lte=now)
        .select_for_update(skip_locked=True, no_key=True, of=("self", "agent"))
        .select_related("agent")
    )
    for offer in gone:
        Offer.objects.filter(pk=offer.pk).update(state=OfferState.EXPIRED, ended_at=now)
        _missed(by, offer, now)
    for centre in {offer.centre_id for offer in gone}:
        offer_calls(by=by, centre=centre, patient=True)
    return len(gone)


def _missed(by: User, offer: Offer, now: datetime) -> None:
    agent = Agent.objects.select_for_update(no_key=True).get(pk=offer.agent_id)
    agent.missed += 1
    was_ready = agent.state == AgentState.READY
    if was_ready and agent.missed >= MISSED_IN_A_ROW:
        agent.state = AgentState.BREAK
        agent.since = now
        agent.missed = 0
        agent.reason = AgentReason.MISSED
        record(AGENT_BREAK, by=by, subject=agent.pk, centre=agent.centre_id, data={"why": "missed"},
               tell=(organisation_group(agent.centre_id),))  # fmt: skip
    agent.save(update_fields=["missed", "state", "since", "reason"])
    record(CALL_OFFER_EXPIRED, by=by, subject=offer.call_id, centre=offer.centre_id, data={"to": agent.user_id},
           tell=(user_group(agent.user_id),))  # fmt: skip


def withdraw_offers(*, by: User, offers: QuerySet[Offer]) -> bool:
    """Withdraw those of the offers that are open, and notify their handlers. Returns whether there were any."""
    shown = list(offers.filter(state__in=OFFER_OPEN).values_list("pk", "call_id", "centre_id", "agent__user_id"))
    if not shown:
        return False
    open_ones = Offer.objects.filter(pk__in=[offer for offer, *_rest in shown], state__in=OFFER_OPEN)
    open_ones.update(state=OfferState.WITHDRAWN, ended_at=timezone.now())
    for call, centre in sorted({(call, centre) for _offer, call, centre, _user in shown}):
        handlers = sorted(user for _offer, shown_call, _centre, user in shown if shown_call == call)
        record(CALL_OFFERS_WITHDRAWN, by=by, subject=call, centre=centre, data={"handlers": handlers},
               tell=map(user_group, handlers))  # fmt: skip
    return True
