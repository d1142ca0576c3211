"""Bounds of the dates and numbers in this app's tables; a separate module, because there are many tables."""

from __future__ import annotations

from django.db.models import BaseConstraint, CheckConstraint, Q

from foundation.privacy.bounds import days_within, moments_within, numbers_within

from .states import LegState

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
        condition=Q(state=LegState.ENDED, ended_at__isnull=False) | ~Q(state=LegState.ENDED) & Q(ended_at__isnull=True),
        name="leg_ended_at",
    ),
]
AGENT: Bounds = [moments_within("agent", "since")]
OFFER: Bounds = [moments_within("offer", "made_at", "expires_at", "ended_at")]
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
