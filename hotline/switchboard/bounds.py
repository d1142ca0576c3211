"""Bounds of the dates, numbers and ends of this room's tables; they stand apart since the tables are many."""

from __future__ import annotations

from django.db.models import BaseConstraint, CheckConstraint, Q

from foundation.privacy.bounds import days_within, moments_within, numbers_within

from .states import IN_A_CALL, LEG_OVER, OFFER_OPEN

Bounds = list[BaseConstraint]
#: For the provider's counters and codes; hotline.telephony parses no larger numbers.
LARGEST = 10**9
#: The provider counts from 0; -1: no event yet.
SEQUENCE = (-1, LARGEST)

CALL: Bounds = [
    moments_within(
        "call", "arrived_at", "waiting_since", "claimed_at", "connected_at", "ended_at", "heard_at", "asked_at",
        "ask_at", "entered_at", "goodbye_at", "alone_since",
    )
]  # fmt: skip
LEG: Bounds = [
    moments_within("leg", "made_at", "joined_at", "ended_at", "asked_at", "ask_at"),
    numbers_within("leg", sequence=SEQUENCE, room_sequence=SEQUENCE),
    CheckConstraint(
        condition=Q(state__in=LEG_OVER, ended_at__isnull=False) | ~Q(state__in=LEG_OVER) & Q(ended_at__isnull=True),
        name="leg_ended_at",
    ),
]
AGENT: Bounds = [
    moments_within("agent", "since"),
    CheckConstraint(
        condition=Q(state__in=IN_A_CALL, call__isnull=False) | ~Q(state__in=IN_A_CALL), name="agent_in_a_call"
    ),
]
OFFER: Bounds = [
    moments_within("offer", "made_at", "expires_at", "ended_at"),
    CheckConstraint(
        condition=Q(state__in=OFFER_OPEN, ended_at__isnull=True) | ~Q(state__in=OFFER_OPEN) & Q(ended_at__isnull=False),
        name="offer_of_call_ended_at",
    ),
]
WEBHOOK_EVENT: Bounds = [
    moments_within("webhook_event", "provider_time", "received_at", "processed_at"),
    numbers_within("webhook_event", sequence=(0, LARGEST)),
]
REFUSAL: Bounds = [days_within("refusal", "day")]
VOICEMAIL: Bounds = [moments_within("voicemail", "fetched_at", "lost_at", "made_at")]
COMMAND: Bounds = [
    moments_within("command", "made_at", "due_at", "claimed_until", "ended_at"),
    numbers_within("command", problem=(0, LARGEST)),
]
BLOCK: Bounds = [moments_within("block", "until", "made_at", "lifted_at")]
