"""Referrals on Today: with the side that has to act, until it has."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.urls import reverse
from people import People, as_user, make_user, new_id
from referrals import accepted, draft, make_case, offer, offered, seen_by
from web import browser

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.privacy.context import acting_as
from foundation.worklist.models import WorkItem
from foundation.worklist.tasks import run_steps
from handoff.referrals import centre_actions, partner_actions
from handoff.referrals.models import Notice, Referral
from handoff.referrals.vocabulary import DeclineReason

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 20, 10, tzinfo=BERLIN)
DAY = timedelta(days=1)


def items(reader: User, referral: Referral) -> list[tuple[str, str]]:
    """Kind and detail of what the reader may see of the referral."""
    with acting_as(reader, purpose="test"):
        found = WorkItem.objects.filter(subject=referral.pk)
        return list(found.values_list("kind", "detail"))


def item(reader: User, referral: Referral) -> WorkItem:
    found: WorkItem = as_user(reader, WorkItem.objects.get, subject=referral.pk)
    return found


def today(user: User) -> str:
    answer = browser(user).get(reverse("worklist:today"))
    assert answer.status_code == 200
    return answer.content.decode()  # type: ignore[no-any-return]


def by_worker(people: People, action: Any, referral: Referral, **values: Any) -> None:
    as_user(people.worker, action, by=people.worker, referral_id=referral.pk, **values)


def test_offer_is_on_today_of_all_at_the_partner_and_nobody_else(people: People) -> None:
    referral = offered(people)
    for somebody in (people.worker, make_user((people.partner, Role.PARTNER_COORDINATOR))):
        shown = today(somebody)
        assert "Answer the offer" in shown
        assert reverse("handoff:partner_referral", args=[referral.pk]) in shown
    for other in (people.other_worker, people.handler, people.other_coordinator):
        assert items(other, referral) == []
    assert item(people.worker, referral).due_at == referral.due_at


def test_question_is_the_contact_persons_and_its_answer_the_partners(people: People) -> None:
    referral = offered(people)
    by_worker(people, partner_actions.ask_question, referral, message_id=new_id(), text="How old?")
    assert items(people.worker, referral) == []
    assert item(people.handler, referral).user_id == people.handler.pk
    shown = today(people.handler)
    assert "Answer the partner’s question" in shown
    assert reverse("handoff:referral", args=[referral.pk]) in shown
    answer = {"by": people.handler, "message_id": new_id(), "referral_id": referral.pk, "text": "Grown up."}
    for _twice in range(2):
        as_user(people.handler, centre_actions.answer_question, **answer)
    assert items(people.worker, referral) == [("referral", "offered")]
    assert items(people.handler, referral) == []


def test_whatever_ends_the_waiting_ends_the_item(people: People) -> None:
    taken = accepted(people)
    withdrawn = offered(people)
    as_user(people.handler, centre_actions.withdraw_referral, by=people.handler, referral_id=withdrawn.pk)
    for referral in (taken, withdrawn):
        assert [items(who, referral) for who in (people.worker, people.coordinator)] == [[], []]


def test_declined_referral_waits_for_the_contact_persons_decision_and_then_for_coordinators(people: People) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        referral = offered(people)
        by_worker(people, partner_actions.decline_referral, referral, reason=DeclineReason.LANGUAGE)
        found = item(people.handler, referral)
        assert (found.kind, found.detail, found.user_id) == ("next_step", "declined", people.handler.pk)
        assert found.due_at == FRIDAY + 3 * DAY  # not on the weekend
        assert items(people.worker, referral) == []
        assert "Nobody did it in time" not in today(people.coordinator)
    with time_machine.travel(found.due_at + DAY, tick=False):
        run_steps()
        run_steps()
        shown = today(people.coordinator)
        assert "Nobody did it in time" in shown
        assert reverse("handoff:referral", args=[referral.pk]) in shown
        with acting_as(people.coordinator, purpose="test"):
            assert Notice.objects.filter(kind="referral.escalated", referral=referral).count() == 1
        as_user(people.handler, centre_actions.keep_centrally, by=people.handler, referral_id=referral.pk)
    assert items(people.coordinator, referral) == []


def test_draft_that_the_clock_prepared_waits_for_the_contact_person(people: People) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        referral = offered(people)
    with time_machine.travel(FRIDAY + 9 * DAY, tick=False):
        run_steps()
        with acting_as(people.handler, purpose="test"):
            following = Referral.objects.get(follows=referral)
        assert items(people.handler, following) == [("next_step", "draft")]
        assert items(people.coordinator, referral) == []
        offer(people, following)
        assert items(people.handler, following) == []
        assert items(people.other_worker, following) == [("referral", "offered")]


def test_draft_of_a_person_is_no_work(people: People) -> None:
    assert items(people.coordinator, draft(people, make_case(people))) == []


def test_coordinator_sees_an_offer_that_nobody_answered_with_the_partners_name(people: People) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        referral = offered(people)
    with time_machine.travel(FRIDAY + 5 * DAY, tick=False):
        run_steps()
        shown = today(people.coordinator)
        assert people.partner.name in shown
        assert reverse("handoff:referral", args=[referral.pk]) in shown
        assert reverse("handoff:partner_referral", args=[referral.pk]) in today(people.worker)


def test_what_was_escalated_begins_anew_with_a_question(people: People) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        referral = offered(people)
    with time_machine.travel(FRIDAY + 5 * DAY, tick=False):
        run_steps()
        by_worker(people, partner_actions.ask_question, referral, message_id=new_id(), text="How old?")
        found = item(people.handler, referral)
    assert (found.is_escalated, found.steps_done, len(found.steps_at)) == (False, 0, 2)
    assert seen_by(people.handler, referral.pk).steps_at[:2] == found.steps_at
