"""Deadlines: due times by the partner's opening hours and holidays, and the steps that each sweep runs once."""

from __future__ import annotations

import threading
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from cluster import OwnDatabase
from django.test import Client
from past_policies import change
from people import People, as_user, new_id
from referrals import accepted, draft, in_threads, make_case, offer, offered, ready, seen_by
from web import sign_in

from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from foundation.worklist.actions import due_steps, run_step
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from handoff.referrals import partner_actions
from handoff.referrals.centre_actions import answer_question
from handoff.referrals.deadlines import schedule
from handoff.referrals.models import Notice, Referral
from handoff.referrals.states import ReferralState
from handoff.referrals.vocabulary import DeadlineStep
from regions.network import calendar_for
from triage.vocabulary import Urgency

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 20, 10, tzinfo=BERLIN)
TUESDAY, WEDNESDAY, THURSDAY = (FRIDAY + timedelta(days=days) for days in (4, 5, 6))
MINUTE = timedelta(minutes=1)


def offered_at(moment: datetime, people: People) -> Referral:
    with time_machine.travel(moment, tick=False):
        return offered(people)


def sweep(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        run_steps()


def steps_run(people: People, referral: Referral) -> list[str]:
    """The steps that have run, in order."""
    with acting_as(people.coordinator, purpose="test"):
        done = Event.objects.filter(case=referral.case_id, actor__service=Service.DEADLINES).order_by("pk")
        return [kind.removeprefix("referral.") for kind in done.values_list("kind", flat=True)]


def test_weekend_does_not_count_toward_the_deadline(people: People) -> None:
    referral = offered_at(FRIDAY, people)
    assert referral.due_at == TUESDAY
    assert schedule(FRIDAY, Urgency.STANDARD, calendar_for(people.partner)) == {
        DeadlineStep.REMIND: TUESDAY,
        DeadlineStep.ESCALATE: WEDNESDAY,
        DeadlineStep.EXPIRE: THURSDAY,
    }


def test_holiday_of_the_partners_region_does_not_count_toward_the_deadline(people: People) -> None:
    before_epiphany = datetime(2027, 1, 5, 10, tzinfo=BERLIN)
    in_bavaria = schedule(before_epiphany, Urgency.STANDARD, calendar_for(people.partner))
    nationwide = schedule(before_epiphany, Urgency.STANDARD, calendar_for(people.other_partner))
    assert in_bavaria[DeadlineStep.REMIND] == datetime(2027, 1, 8, 10, tzinfo=BERLIN)
    assert nationwide[DeadlineStep.REMIND] == datetime(2027, 1, 7, 10, tzinfo=BERLIN)


def test_urgent_offer_is_due_after_four_working_hours(people: People) -> None:
    times = schedule(FRIDAY + timedelta(hours=3), Urgency.URGENT, calendar_for(people.partner))  # open until 15 h
    monday = datetime(2026, 11, 23, tzinfo=BERLIN)
    assert times == {
        DeadlineStep.REMIND: monday + timedelta(hours=11),
        DeadlineStep.ESCALATE: monday + timedelta(hours=13),
        DeadlineStep.EXPIRE: monday + timedelta(hours=15),
    }


def test_each_deadline_step_runs_once_and_not_before_it_is_due(people: People) -> None:
    referral = offered_at(FRIDAY, people)
    seen = []
    for moment in (TUESDAY, WEDNESDAY, THURSDAY):
        sweep(moment - MINUTE)
        sweep(moment)
        sweep(moment)
        seen.append(steps_run(people, referral))
    end = ["reminded", "escalated", "expired", "next_prepared"]
    assert seen == [end[:1], end[:2], end]
    ended = seen_by(people.handler, referral.pk)
    assert (ended.state, ended.ended_at) == (ReferralState.EXPIRED, THURSDAY)


def test_sweep_after_days_of_downtime_runs_all_due_steps_in_order(people: People) -> None:
    referral = offered_at(FRIDAY, people)
    sweep(THURSDAY + timedelta(days=9))
    sweep(THURSDAY + timedelta(days=9))
    assert steps_run(people, referral) == ["reminded", "escalated", "expired", "next_prepared"]


def test_expired_offer_prepares_draft_for_next_partner(people: People) -> None:
    referral = offered_at(FRIDAY, people)
    sweep(THURSDAY)
    with acting_as(people.handler, purpose="test"):
        following = Referral.objects.get(follows=referral)
        assert (following.state, following.organisation_id) == (ReferralState.DRAFT, people.other_partner.pk)
        assert following.summary.text == referral.summary.text
        assert following.contact_person_id == people.handler.pk
    with acting_as(people.other_worker, purpose="test"):
        assert Referral.objects.count() == 0
    with time_machine.travel(THURSDAY + MINUTE, tick=False):
        offer(people, following)
    sweep(THURSDAY + timedelta(days=20))
    assert steps_run(people, referral)[-2:] == ["expired", "no_partner_left"]


def test_answer_stops_the_deadlines(people: People) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        referral = accepted(people)
    sweep(THURSDAY + timedelta(days=9))
    assert steps_run(people, referral) == []


def test_open_question_reminds_the_centre_and_does_not_expire(people: People) -> None:
    referral = offered_at(FRIDAY, people)
    with time_machine.travel(FRIDAY + MINUTE, tick=False):
        as_user(
            people.worker,
            partner_actions.ask_question,
            by=people.worker,
            message_id=new_id(),
            referral_id=referral.pk,
            text="?",
        )
    sweep(THURSDAY + timedelta(days=9))
    assert steps_run(people, referral) == ["reminded", "escalated"]
    with acting_as(people.handler, purpose="test"):
        assert Notice.objects.filter(kind="referral.reminded").count() == 1
    monday = datetime(2026, 12, 7, 10, tzinfo=BERLIN)
    with time_machine.travel(monday, tick=False):
        as_user(
            people.handler, answer_question, by=people.handler, message_id=new_id(), referral_id=referral.pk, text="!"
        )
    assert seen_by(people.worker, referral.pk).due_at == monday + timedelta(days=2)
    sweep(monday + timedelta(days=2))
    assert steps_run(people, referral) == ["reminded", "escalated", "reminded"]


def test_failing_deadline_does_not_stop_the_others(people: People) -> None:
    first, second = offered_at(FRIDAY, people), offered_at(FRIDAY, people)
    change(WorkItem.objects.filter(subject=first.pk), kind="gone")
    sweep(TUESDAY)
    assert steps_run(people, second) == ["reminded"]


def run_at(moment: datetime, item_id: uuid.UUID, barrier: threading.Barrier) -> None:
    clock = service_user(Service.DEADLINES)
    barrier.wait()
    with acting_as(clock, purpose="test"):
        run_step(by=clock, item_id=item_id, now=moment)


def test_two_workers_run_the_same_deadline_once(own_database: OwnDatabase) -> None:
    people = ready()
    referral = offered_at(FRIDAY, people)
    for moment in (TUESDAY, WEDNESDAY, THURSDAY):
        with acting_as(service_user(Service.DEADLINES), purpose="test"):
            (item,) = due_steps(moment)
        barrier = threading.Barrier(3)
        in_threads(*[lambda m=moment, pk=item, b=barrier: run_at(m, pk, b) for _ in range(3)])
    assert steps_run(people, referral) == ["reminded", "escalated", "expired", "next_prepared"]


def test_concurrent_answer_and_expiry_have_one_result(own_database: OwnDatabase) -> None:
    people = ready()
    referral = offered_at(FRIDAY, people)
    sweep(WEDNESDAY)
    with acting_as(service_user(Service.DEADLINES), purpose="test"):
        expiry = WorkItem.objects.get(subject=referral.pk).pk
    barrier = threading.Barrier(2)

    def accept() -> None:
        barrier.wait()
        as_user(people.worker, partner_actions.accept_referral, by=people.worker, referral_id=referral.pk)

    failures = in_threads(accept, lambda: run_at(THURSDAY, expiry, barrier))
    state = seen_by(people.handler, referral.pk).state
    if failures:
        assert ([type(failure) for failure in failures], state) == ([partner_actions.TooLate], ReferralState.EXPIRED)
    else:
        assert state == ReferralState.ACCEPTED


def test_draft_for_the_next_partner_has_the_last_summary(people: People) -> None:
    case = make_case(people)
    first = offer(people, draft(people, case), text="Written with care.")
    as_user(people.worker, partner_actions.decline_referral, by=people.worker, referral_id=first.pk, reason="other")
    client = Client()
    sign_in(client, people.handler)
    page = client.get(f"/referrals/{draft(people, case, people.other_partner).pk}/")
    assert page.context["form"]["text"].value() == "Written with care."
