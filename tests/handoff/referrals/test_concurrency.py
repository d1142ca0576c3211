"""Concurrent actions of two people, with real commits."""

from __future__ import annotations

import threading

from cluster import OwnDatabase
from people import as_user, make_user
from referrals import SUMMARY, draft, in_threads, make_case, offered, ready

from casework.cases.models import Case, Responsibility
from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import AlreadyOffered, close_case, keep_centrally, offer_referral
from handoff.referrals.models import Disclosure, Referral
from handoff.referrals.partner_actions import accept_referral, decline_referral
from handoff.referrals.states import WAITING
from handoff.referrals.vocabulary import DeclineReason


def test_two_concurrent_acceptances_leave_one_and_the_other_is_stale(own_database: OwnDatabase) -> None:
    people = ready()
    colleague = make_user((people.partner, Role.PARTNER_WORKER))
    for _round in range(5):
        referral = offered(people, fields=["phone"], legal_basis="consent")
        barrier = threading.Barrier(2)

        def accept(user: User, referral: Referral = referral, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            as_user(user, accept_referral, by=user, referral_id=referral.pk)

        failures = in_threads(lambda: accept(people.worker), lambda: accept(colleague))
        assert [type(failure) for failure in failures] == [Stale]
        with acting_as(people.coordinator, purpose="test"):
            found = Referral.objects.get(pk=referral.pk)
            holder = Responsibility.objects.current().get(case=referral.case_id)
            assert holder.user_id == found.answered_by_id
            assert Event.objects.filter(subject=referral.pk, kind="referral.accepted").count() == 1
            assert Disclosure.objects.get(referral=referral).effective_at == found.answered_at


def test_two_concurrent_offers_of_a_case_reach_one_partner(own_database: OwnDatabase) -> None:
    people = ready()
    case = make_case(people)
    drafts = [draft(people, case), draft(people, case, people.other_partner)]
    barrier = threading.Barrier(2)

    def offer(user: User, referral: Referral) -> None:
        barrier.wait()
        as_user(user, offer_referral, by=user, referral_id=referral.pk, text=SUMMARY)

    failures = in_threads(lambda: offer(people.handler, drafts[0]), lambda: offer(people.coordinator, drafts[1]))
    assert [type(failure) for failure in failures] == [AlreadyOffered]
    with acting_as(people.coordinator, purpose="test"):
        assert Referral.objects.filter(case=case, state__in=WAITING).count() == 1


def test_acceptance_and_closing_at_the_same_time_do_not_lock_each_other_out(own_database: OwnDatabase) -> None:
    people = ready()
    for _round in range(5):
        referral = offered(people)
        barrier = threading.Barrier(2)

        def accept(referral: Referral = referral, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            as_user(people.worker, accept_referral, by=people.worker, referral_id=referral.pk)

        def close(referral: Referral = referral, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            as_user(people.coordinator, close_case, by=people.coordinator, case_id=referral.case_id, reason="goals_met")

        failures = in_threads(accept, close)
        assert [type(failure) for failure in failures] == [Stale]
        case = as_user(people.coordinator, Case.objects.get, pk=referral.case_id)
        assert case.is_open == (case.responsible_user_id == people.worker.pk)


def test_concurrent_keep_and_next_draft_do_not_both_succeed(own_database: OwnDatabase) -> None:
    people = ready()
    for _round in range(5):
        referral = offered(people)
        said = {"by": people.worker, "referral_id": referral.pk, "reason": DeclineReason.NO_CAPACITY}
        as_user(people.worker, decline_referral, **said)
        case = as_user(people.handler, Case.objects.get, pk=referral.case_id)
        barrier = threading.Barrier(2)

        def keep(referral: Referral = referral, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            as_user(people.coordinator, keep_centrally, by=people.coordinator, referral_id=referral.pk)

        def ask(case: Case = case, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            draft(people, case, people.other_partner)

        failures = in_threads(keep, ask)
        assert [type(failure) for failure in failures] in ([], [Stale])
        with acting_as(people.coordinator, purpose="test"):
            kept = Referral.objects.get(pk=referral.pk).kept_at
            following = Referral.objects.get(case=case, organisation=people.other_partner)
            assert (kept is None) == (failures != [])
            assert kept is None or kept < following.created_at
