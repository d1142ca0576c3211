"""The sections of the centre's board and of the partner's inbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Organisation, User
from foundation.privacy.compiled import Given, compiled
from triage.vocabulary import Urgency

from .models import Referral, ReferralQuerySet
from .next_steps import next_steps
from .states import ENDED, LIVE, TAKEN, WAITS_FOR_CENTRE, WAITS_FOR_PARTNER, ReferralState
from .timeline import is_overdue

#: Ended referrals per page, in the board and in the inbox.
ENDED_SHOWN = 20

#: Live referrals that are loaded; more than a person can keep in view.
MOST = 200
Test = Callable[[Referral, datetime], bool]


@dataclass(frozen=True)
class BoardSection:
    """Referrals with the same next step."""

    key: str
    title: str | Promise
    icon: str
    hint: str | Promise
    is_pressing: bool = False
    referrals: list[Referral] = field(default_factory=list)


def _in(*states: ReferralState) -> Test:
    return lambda referral, _now: referral.state in states


def _overdue(referral: Referral, now: datetime) -> bool:
    return is_overdue(referral, now)


NEXT_STEP = BoardSection(
    "next_step",
    _("Needs a next step"),
    "signpost",
    _("Declined, returned or expired, and nobody is asked. Ask the next partner, or keep the case."),
    is_pressing=True,
)

#: In display order; a referral belongs to the first section whose test it meets.
BOARD: list[tuple[BoardSection, Test]] = [
    (
        BoardSection(
            "question",
            _("Question open"),
            "circle-question-mark",
            _("The partner waits for our answer."),
            is_pressing=True,
        ),
        _in(*WAITS_FOR_CENTRE),
    ),
    (
        BoardSection(
            "overdue", _("Overdue"), "alarm-clock", _("The partner has not answered in time."), is_pressing=True
        ),
        _overdue,
    ),
    (
        BoardSection(
            "draft", _("Prepared"), "pencil", _("Not sent yet. After an expiry the next partner stands here.")
        ),
        _in(ReferralState.DRAFT),
    ),
    (
        BoardSection("waiting", _("Waiting for the partner"), "send", _("Offered, and still in time.")),
        _in(*WAITS_FOR_PARTNER),
    ),
    (
        BoardSection("taken", _("With the partner"), "handshake", _("Accepted or in progress.")),
        _in(*TAKEN),
    ),
]
INBOX: list[tuple[BoardSection, Test]] = [
    (
        BoardSection(
            "waiting",
            _("Waiting for your answer"),
            "inbox",
            _("A summary is shown; the agreed fields follow."),
            is_pressing=True,
        ),
        _in(*WAITS_FOR_PARTNER),
    ),
    (
        BoardSection("question", _("Your question is open"), "circle-question-mark", _("The centre will answer.")),
        _in(*WAITS_FOR_CENTRE),
    ),
    (BoardSection("taken", _("Yours"), "handshake", _("Accepted or in progress.")), _in(*TAKEN)),
]


def board(user: User, centre: Organisation, now: datetime) -> list[BoardSection]:
    """The referrals of a centre that the actor may see, by next step; the longest waiting first. One query."""
    live = Referral.objects.live().filter(centre=centre).order_by("due_at", "created_at", "id")[:MOST].values("pk")
    back = next_steps(user, centre).order_by("-referral__urgency", "referral__ended_at", "pk")[:MOST].values("pk")
    shown = Referral.objects.filter(pk__in=live.union(back)).select_related("organisation", "case", "contact_person")
    rows = list(shown.order_by("due_at", "created_at", "id"))
    first = replace(NEXT_STEP, referrals=sorted((one for one in rows if one.state in ENDED), key=_for_decision))
    return [first, *_sorted_into(BOARD, (one for one in rows if one.state in LIVE), now)]


def _for_decision(referral: Referral) -> tuple[bool, bool, datetime | None, UUID]:
    """Urgent ones first, then the longest waiting."""
    return referral.urgency != Urgency.URGENT, referral.ended_at is None, referral.ended_at, referral.pk


def inbox(organisation: Organisation, now: datetime) -> list[BoardSection]:
    """The live referrals offered to a partner, by next step."""
    return _sorted_into(INBOX, _live_of(organisation.pk), now)


@compiled
def _live_of(organisation: Given) -> ReferralQuerySet:
    live = Referral.objects.live().for_inbox(organisation).select_related("centre", "contact_person", "answered_by")
    return live.order_by("due_at", "id")[:MOST]


def ended_of_centre(user: User, centre: Organisation) -> QuerySet[Referral]:
    """Ended referrals, except those that need a next step and discarded drafts, which no partner has seen."""
    sent = ~Q(state=ReferralState.WITHDRAWN, offered_at=None)
    ended = Referral.objects.ended().filter(sent, centre=centre)
    ended = ended.exclude(pk__in=next_steps(user, centre).values("pk"))
    return ended.select_related("organisation", "case")


def ended_of_partner(organisation: Organisation) -> QuerySet[Referral]:
    """Referrals that were offered to the partner and have ended."""
    ended = Referral.objects.ended().filter(organisation=organisation)
    return ended.exclude(offered_at=None).select_related("centre")


def _sorted_into(
    sections: list[tuple[BoardSection, Test]], referrals: Iterable[Referral], now: datetime
) -> list[BoardSection]:
    heaps: dict[str, list[Referral]] = {section.key: [] for section, _test in sections}
    for referral in referrals:
        key = next((section.key for section, fits in sections if fits(referral, now)), None)
        if key is not None:
            heaps[key].append(referral)
    return [replace(s, referrals=heaps[s.key]) for s, _test in sections]
