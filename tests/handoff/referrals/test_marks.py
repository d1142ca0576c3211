"""The marks and numbers that triggers keep say the same as a search through all referrals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from case_rows import check_readers
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from past_policies import change
from people import People, as_user
from referrals import draft, make_case

from casework.cases.actions import mark_closed, reopen_case
from casework.cases.models import Case
from casework.cases.states import CaseState
from foundation.accounts.permissions import NotAllowed
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from handoff.referrals import centre_actions, partner_actions
from handoff.referrals.models import NextStep, Referral
from handoff.referrals.ranking import partner_record
from handoff.referrals.states import LIVE, TAKEN, UNSUCCESSFUL, ReferralState

from .test_walks import STEPS, attempt

MORE = ["draft", "close", "reopen", "keep", "ask again"]
walks = st.lists(st.sampled_from([*STEPS, "offer", "decline", "expire", *MORE]), min_size=3, max_size=12)


def searched() -> set[object]:
    others = Referral.objects.filter(case=OuterRef("case"))
    later = Q(state__in=[*UNSUCCESSFUL, ReferralState.COMPLETED], ended_at__gt=OuterRef("ended_at"))
    undecided = Q(kept_at=None) | Q(asked_again_at__gt=F("kept_at"))
    ended = Referral.objects.filter(undecided, state__in=UNSUCCESSFUL, case__state=CaseState.OPEN)
    return set(ended.filter(~Exists(others.filter(later | Q(state__in=LIVE)))).values_list("pk", flat=True))


def check_marks(people: People) -> None:
    check_readers(people)
    with acting_as(people.coordinator, purpose="test"):
        assert set(NextStep.objects.values_list("pk", flat=True)) == searched()
        rows = list(Referral.objects.filter(organisation=people.partner))
        record = partner_record()
    assert record.open_cases.get(people.partner.pk, 0) == sum(one.state in TAKEN for one in rows)
    answered = [one for one in rows if one.answered_at or one.state == ReferralState.EXPIRED]
    in_time = [one for one in rows if one.answered_at and one.due_at and one.answered_at <= one.due_at]
    share = len(in_time) / len(answered) if answered else None
    assert record.answered_in_time.get(people.partner.pk) == share


def step(people: People, case: Case, newest: Referral, name: str) -> Referral:
    """Take a step, mostly by somebody who may; the newest referral."""
    case_id, centre = case.pk, people.coordinator
    if name == "draft":
        return draft(people, case)
    if name == "close":
        as_user(centre, mark_closed, by=centre, case_id=case_id, reason="goals_met")
    elif name == "reopen":
        as_user(centre, reopen_case, by=centre, case_id=case_id, cause="asked")
    elif name == "keep":
        as_user(centre, centre_actions.keep_centrally, by=centre, referral_id=newest.pk)
    elif name == "ask again":
        as_user(people.worker, partner_actions.ask_again, by=people.worker, referral_id=newest.pk)
    else:
        who = {"centre": "handler", "partner": "worker", "deadline": "clock"}[STEPS[name][0]]
        attempt(people, newest, name, who)
    return newest


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=walks)
def test_marks_and_numbers_say_what_a_search_finds(people: People, walk: list[str]) -> None:
    case = make_case(people)
    newest = draft(people, case)
    for name in walk:
        try:
            newest = step(people, case, newest, name)
        except (NotAllowed, Stale, centre_actions.AlreadyOffered):
            continue
        check_marks(people)


@pytest.mark.parametrize(("days", "is_counted"), [(0, True), (340, True), (364, True), (366, False)])
def test_record_counts_the_offers_of_a_year_to_the_day(people: People, days: int, is_counted: bool) -> None:
    referral = draft(people, make_case(people))
    for name in ("offer", "decline"):
        step(people, referral.case, referral, name)
    with acting_as(people.coordinator, purpose="test"):
        change(Referral.objects.filter(pk=referral.pk), offered_at=timezone.now() - timedelta(days=days))
        assert partner_record().answered_in_time == ({people.partner.pk: 1.0} if is_counted else {})


@pytest.mark.parametrize("table", ["handoff_nextstep", "handoff_offercount"])
def test_only_triggers_write_marks_and_numbers(people: People, table: str) -> None:
    for statement in ("delete from {}", "insert into {} default values"):
        with (
            acting_as(people.coordinator, purpose="test"),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(table))
