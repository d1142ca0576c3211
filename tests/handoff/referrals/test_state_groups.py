"""The states of a referral in the groups of the lists, and what each set of states allows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from handoff.referrals.board import BOARD, INBOX
from handoff.referrals.models import Referral
from handoff.referrals.states import (
    DRAFTS,
    LIVE,
    TAKEN,
    WAITING,
    WAITS_FOR_CENTRE,
    WAITS_FOR_PARTNER,
    ReferralState,
    Who,
    may_move,
)


def lists_without(state: str) -> list[str]:
    """The lists in whose sections a referral of this state would not be shown."""
    now = timezone.now()
    referral = Referral(state=state, due_at=now + timedelta(days=1))
    lists = {"board": BOARD, "inbox": INBOX}
    return [name for name, sections in lists.items() if not any(fits(referral, now) for _one, fits in sections)]


@pytest.mark.parametrize("state", sorted(LIVE))
def test_each_live_referral_is_in_a_group_of_both_lists(state: str) -> None:
    assert lists_without(state) == (["inbox"] if state in DRAFTS else [])


def test_state_that_no_group_names_is_in_no_list() -> None:
    assert lists_without("on_hold") == ["board", "inbox"]


def those_that(move: ReferralState, who: Who) -> set[ReferralState]:
    return {state for state in ReferralState if may_move(state, move, who)}


def test_what_is_offered_for_a_set_is_allowed_in_each_of_its_states() -> None:
    """The pages and the closing of a case offer these steps for whole sets."""
    assert those_that(ReferralState.WITHDRAWN, Who.CENTRE) == LIVE - TAKEN
    assert those_that(ReferralState.ACCEPTED, Who.PARTNER) == WAITING
    assert those_that(ReferralState.DECLINED, Who.PARTNER) == WAITING
    assert those_that(ReferralState.OFFERED, Who.CENTRE) == DRAFTS | WAITS_FOR_CENTRE
    assert those_that(ReferralState.EXPIRED, Who.DEADLINE) == WAITS_FOR_PARTNER
    assert those_that(ReferralState.COMPLETED, Who.PARTNER) == TAKEN
    assert those_that(ReferralState.RETURNED, Who.PARTNER) == TAKEN
