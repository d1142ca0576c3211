"""Referrals that a partner did not take need a next step: on the board and as a count in the top bar."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from past_policies import change
from people import People, as_user, new_id
from referrals import accepted, draft, make_case, offered, seen_by
from web import browser, queries_of

from casework.cases.actions import assign_case, reopen_case
from casework.cases.models import Case, Responsibility
from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from handoff.referrals import centre_actions, partner_actions
from handoff.referrals.counts import need_a_next_step
from handoff.referrals.deadline_actions import expire
from handoff.referrals.models import Referral
from handoff.referrals.states import ReferralState
from handoff.referrals.transitions import lock
from handoff.referrals.vocabulary import DeclineReason, Outcome


def declined(people: People, case: Case | None = None) -> Referral:
    referral = offered(people, case)
    values = {"by": people.worker, "referral_id": referral.pk, "reason": DeclineReason.NO_CAPACITY}
    made: Referral = as_user(people.worker, partner_actions.decline_referral, **values)
    return made


def returned(people: People) -> Referral:
    referral = accepted(people)
    as_user(
        people.worker, partner_actions.return_referral, by=people.worker, referral_id=referral.pk, text="nobody came"
    )
    return seen_by(people.handler, referral.pk)


def let_expire(referral: Referral) -> Referral:
    clock = service_user(Service.DEADLINES)
    with acting_as(clock, purpose="test"):
        expire(by=clock, referral=lock(referral.pk))
        return Referral.objects.get(pk=referral.pk)


def expired(people: People) -> Referral:
    """An expired referral, with a draft for the next partner."""
    return let_expire(offered(people))


def expired_without_successor(people: People) -> Referral:
    referral = expired(people)
    withdraw_drafts(people, referral)
    return referral


def withdraw_drafts(people: People, referral: Referral) -> None:
    with acting_as(people.handler, purpose="test"):
        for prepared in Referral.objects.filter(case=referral.case_id, state=ReferralState.DRAFT):
            centre_actions.withdraw_referral(by=people.handler, referral_id=prepared.pk)


def shown(user: User) -> list[str]:
    """Keys of the referrals in the group, in order."""
    page = browser(user).get("/referrals/").content.decode()
    return re.findall(r'id="next-([0-9a-f-]{36})"', page)


def badge(user: User) -> str:
    """The count beside "Referrals" in the top bar."""
    found = re.search(
        r'id="count-handoff-board"[^>]*>(.*?)</a>', browser(user).get("/network/").content.decode(), re.DOTALL
    )
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def kinds(people: People, referral: Referral) -> list[str]:
    events = Event.objects.filter(subject=referral.pk).order_by("pk")
    with acting_as(people.coordinator, purpose="test"):
        return list(events.values_list("kind", flat=True))


WITHOUT_SUCCESS = [declined, returned, expired_without_successor]


@pytest.mark.parametrize("make_referral", WITHOUT_SUCCESS)
def test_referral_not_taken_is_listed_first_and_counted(
    people: People, make_referral: Callable[[People], Referral]
) -> None:
    referral = make_referral(people)
    for user in (people.handler, people.coordinator):
        assert shown(user) == [str(referral.pk)]
        assert badge(user) == "1 1 waiting"
        page = browser(user).get("/referrals/").content.decode()
        assert page.index("Needs a next step") < page.index("Question open")
        assert f"/cases/{referral.case_id}/partners/?service=relatives" in page
        assert f"/cases/{referral.case_id}/" in page
        assert browser(user).get("/referrals/").context["page"].rows == []


def test_row_shows_outcome_and_reason_without_free_text(people: People) -> None:
    declined(people)
    returned(people)
    page = browser(people.handler).get("/referrals/").content.decode()
    assert "No free place" in page
    assert "Read the reason" in page
    assert "nobody came" not in page  # free text is shown only on the referral's own page, which records the access


@pytest.mark.parametrize("make_referral", [offered, accepted, expired, lambda people: draft(people, make_case(people))])
def test_open_accepted_or_redrafted_referral_needs_no_next_step(
    people: People, make_referral: Callable[[People], Referral]
) -> None:
    make_referral(people)
    assert (shown(people.handler), badge(people.handler)) == ([], "")


def test_withdrawn_referral_needs_no_next_step(people: People) -> None:
    referral = offered(people)
    as_user(people.handler, centre_actions.withdraw_referral, by=people.handler, referral_id=referral.pk)
    assert shown(people.handler) == []


def test_draft_for_next_partner_removes_the_entry_and_its_withdrawal_restores_it(people: People) -> None:
    referral = declined(people)
    case = seen_case(people, referral)
    following = draft(people, case, people.other_partner)
    assert shown(people.handler) == []
    as_user(people.handler, centre_actions.withdraw_referral, by=people.handler, referral_id=following.pk)
    assert shown(people.handler) == [str(referral.pk)]


def test_only_the_last_referral_of_a_case_is_listed(people: People) -> None:
    first = declined(people)
    case = seen_case(people, first)
    second = offered_to_other(people, case)
    as_user(
        people.other_worker,
        partner_actions.decline_referral,
        by=people.other_worker,
        referral_id=second.pk,
        reason=DeclineReason.LANGUAGE,
    )
    assert (shown(people.handler), badge(people.handler)) == ([str(second.pk)], "1 1 waiting")


def test_case_taken_by_a_later_partner_needs_no_next_step(people: People) -> None:
    case = seen_case(people, declined(people))
    second = offered_to_other(people, case)
    mine = {"by": people.other_worker, "referral_id": second.pk}
    as_user(people.other_worker, partner_actions.accept_referral, **mine)
    assert shown(people.handler) == []
    as_user(people.other_worker, partner_actions.complete_referral, outcome=Outcome.STABILISED, **mine)
    assert shown(people.handler) == []


def test_closed_case_needs_no_next_step_until_it_is_reopened(people: People) -> None:
    referral = declined(people)
    as_user(people.handler, centre_actions.close_case, by=people.handler, case_id=referral.case_id, reason="goals_met")
    assert shown(people.handler) == []
    as_user(people.handler, reopen_case, by=people.handler, case_id=referral.case_id, cause="asked")
    assert shown(people.handler) == [str(referral.pk)]


def test_referral_kept_at_the_centre_moves_to_the_ended(people: People) -> None:
    referral = declined(people)
    client = browser(people.handler)
    answer = client.post(f"/referrals/{referral.pk}/keep/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/referrals/")
    assert (shown(people.handler), badge(people.handler)) == ([], "")
    assert [row.pk for row in client.get("/referrals/").context["page"].rows] == [referral.pk]
    now = seen_by(people.handler, referral.pk)
    assert (now.kept_by_id, now.kept_at is not None, now.state) == (people.handler.pk, True, "declined")
    assert kinds(people, referral)[-1] == "referral.kept"
    assert "the centre goes on with the case" in client.get(f"/referrals/{referral.pk}/").content.decode()


def test_keeping_twice_writes_one_event(people: People) -> None:
    referral = declined(people)
    for user in (people.handler, people.handler, people.coordinator):
        assert browser(user).post(f"/referrals/{referral.pk}/keep/").status_code == 302
    assert kinds(people, referral).count("referral.kept") == 1
    assert seen_by(people.handler, referral.pk).kept_by_id == people.handler.pk


def test_keeping_after_the_case_changed_is_409(people: People) -> None:
    referral = declined(people)
    case = seen_case(people, referral)
    draft(people, case, people.other_partner)
    assert browser(people.handler).post(f"/referrals/{referral.pk}/keep/").status_code == 409
    closed = declined(people)
    as_user(people.handler, centre_actions.close_case, by=people.handler, case_id=closed.case_id, reason="goals_met")
    assert browser(people.handler).post(f"/referrals/{closed.pk}/keep/").status_code == 409
    for running in (offered(people), accepted(people)):
        assert browser(people.handler).post(f"/referrals/{running.pk}/keep/").status_code == 409
    assert seen_by(people.handler, referral.pk).kept_at is None


@pytest.mark.parametrize(
    "who",
    ["worker", "other_worker", "colleague", "other_handler", "other_coordinator", "dpo", "funder", "administrator"],
)
def test_people_without_permission_cannot_keep_the_case(people: People, who: str) -> None:
    referral = declined(people)
    assert browser(getattr(people, who)).post(f"/referrals/{referral.pk}/keep/").status_code == 404
    assert browser(people.handler).get(f"/referrals/{referral.pk}/keep/").status_code == 405
    assert seen_by(people.handler, referral.pk).kept_at is None


def test_partner_asking_again_needs_a_new_decision(people: People) -> None:
    referral = expired_without_successor(people)
    client = browser(people.handler)
    client.post(f"/referrals/{referral.pk}/keep/")
    as_user(people.worker, partner_actions.ask_again, by=people.worker, referral_id=referral.pk)
    assert shown(people.handler) == [str(referral.pk)]
    assert "asks to be offered again" in client.get("/referrals/").content.decode()
    assert client.post(f"/referrals/{referral.pk}/keep/").status_code == 302
    assert shown(people.handler) == []
    assert kinds(people, referral).count("referral.kept") == 2


def test_next_step_is_counted_only_for_people_who_may_decide(people: People) -> None:
    referral = declined(people)
    for user in (people.colleague, people.other_handler, people.other_coordinator, people.worker):
        assert as_user(user, lambda user=user: need_a_next_step(user).count()) == 0
    assert shown(people.colleague) == []
    with acting_as(people.coordinator, purpose="test"):
        seen = Responsibility.objects.current().get(case=referral.case_id)
        assign_case(by=people.coordinator, case_id=referral.case_id, to=people.colleague, seen=seen.pk)
    assert shown(people.colleague) == [str(referral.pk)]


def test_urgent_and_oldest_are_listed_first(people: People) -> None:
    newer, older, urgent = declined(people), declined(people), declined(people)
    change(Referral.objects.filter(pk=older.pk), ended_at=timezone.now() - timedelta(days=3))
    change(Referral.objects.filter(pk=urgent.pk), urgency="urgent")
    assert shown(people.coordinator) == [str(one.pk) for one in (urgent, older, newer)]


def test_next_steps_need_the_same_number_of_queries_for_one_and_three(people: People) -> None:
    client = browser(people.coordinator)
    declined(people)
    client.get("/referrals/")
    with_one = queries_of(lambda: client.get("/referrals/"))
    declined(people)
    returned(people)
    assert queries_of(lambda: client.get("/referrals/")) == with_one


def seen_case(people: People, referral: Referral) -> Case:
    case: Case = as_user(people.handler, Case.objects.select_related("assessment").get, pk=referral.case_id)
    return case


def offered_to_other(people: People, case: Case) -> Referral:
    made: Referral = as_user(
        people.handler,
        centre_actions.offer_referral,
        by=people.handler,
        referral_id=draft(people, case, people.other_partner).pk,
        text="words",
    )
    return made


def test_keeping_an_unknown_referral_is_404(people: People) -> None:
    assert browser(people.handler).post(f"/referrals/{new_id()}/keep/").status_code == 404
