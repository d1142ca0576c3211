"""A partner that is responsible for a case plans it with the other bodies, in the team of the case (ADR 49)."""

from __future__ import annotations

from typing import Any

import pytest
from case_rows import make_case
from people import People, as_user, make_user, new_id
from plans import begun, proposed, with_goal
from referrals import accepted as taken_by_partner
from referrals import ready
from teams import accepted, invited, left
from web import browser

from casework.cases.models import Case
from casework.plans.models import Plan
from casework.reviews.models import Review
from casework.teams.models import Member
from casework.teams.states import MemberState
from casework.teams.vocabulary import RESPONSIBLE, EndReason
from foundation.accounts.roles import Role
from foundation.privacy.context import acting_as
from handoff.referrals.models import Referral
from handoff.referrals.partner_actions import complete_referral, return_referral
from handoff.referrals.states import ReferralState
from handoff.referrals.vocabulary import Outcome


@pytest.fixture
def people(db: None) -> People:
    return ready()


@pytest.fixture
def referral(people: People) -> Referral:
    return taken_by_partner(people)


@pytest.fixture
def case(people: People, referral: Referral) -> Case:
    with acting_as(people.handler, purpose="test"):
        return Case.objects.get(pk=referral.case_id)


@pytest.fixture
def member(people: People, case: Case) -> Member:
    return accepted(invited(people.handler, case, people.partner, hats=list(RESPONSIBLE)), people.worker)


def content(user: Any, address: str, status: int = 200) -> str:
    answer = browser(user).get(address)
    assert answer.status_code == status
    return answer.content.decode()


def now(people: People, member: Member) -> Member:
    with acting_as(people.handler, purpose="test"):
        return Member.objects.get(pk=member.pk)


def test_the_centre_is_offered_to_invite_it_and_the_form_suggests_that_it_coordinates(
    people: People, case: Case
) -> None:
    assert "invite-responsible" in content(people.handler, f"/cases/{case.pk}/team/")
    page = content(people.handler, f"/cases/{case.pk}/team/invite/?responsible")
    assert f'value="{people.partner.pk}" selected' in page
    posted = {
        "member_id": new_id(),
        "organisation": people.partner.pk,
        "hats": [str(hat) for hat in RESPONSIBLE],
        "purpose": "person",
        "reason": "It works with him.",
    }
    assert browser(people.handler).post(f"/cases/{case.pk}/team/invite/?responsible", posted).status_code == 302
    assert "invite-responsible" not in content(people.handler, f"/cases/{case.pk}/team/")
    waiting = content(people.worker, f"/inbox/{_live(people, case)}/")
    assert "to-invitation" in waiting
    assert "to-team" not in waiting


def _live(people: People, case: Case) -> Any:
    with acting_as(people.handler, purpose="test"):
        return Referral.objects.get(case=case).pk


def test_who_is_not_responsible_is_not_suggested(people: People) -> None:
    case = make_case(people.handler)
    assert "invite-responsible" not in content(people.handler, f"/cases/{case.pk}/team/")
    page = content(people.handler, f"/cases/{case.pk}/team/invite/?responsible")
    assert f'value="{people.partner.pk}" selected' not in page


def test_it_plans_and_the_centre_reads_the_plan(people: People, case: Case, member: Member) -> None:
    plan = begun(people.worker, case)
    with_goal(people.worker, plan)
    proposed(people.worker, plan)
    with acting_as(people.handler, purpose="test"):
        assert Plan.objects.get(pk=plan.pk).organisation_id == people.partner.pk
    assert "to-plan" in content(people.handler, f"/cases/{case.pk}/")
    assert "to-team" in content(people.worker, f"/inbox/{_live(people, case)}/")


def test_a_colleague_who_is_not_named_gets_no_way_to_the_team(people: People, case: Case, member: Member) -> None:
    colleague = make_user((people.partner, Role.PARTNER_WORKER))
    assert "to-team" not in content(colleague, f"/inbox/{_live(people, case)}/")
    content(colleague, f"/teams/{case.pk}/", 404)


def test_what_is_given_back_ends_the_membership_and_the_plan_stays(
    people: People, case: Case, referral: Referral, member: Member
) -> None:
    plan = begun(people.worker, case)
    with_goal(people.worker, plan)
    proposed(people.worker, plan)
    back = {"referral_id": referral.pk, "text": "The contact broke off."}
    for _twice in range(2):
        as_user(people.worker, return_referral, by=people.worker, **back)
    ended = now(people, member)
    assert (ended.state, ended.end_reason, ended.ended_by) == (MemberState.LEFT, EndReason.RETURNED, people.worker)
    content(people.worker, f"/teams/{case.pk}/", 404)
    with acting_as(people.handler, purpose="test"):
        assert Plan.objects.filter(team=case.pk).exists()
        planned = Review.objects.of_case(case.pk).to_hold()
        assert {one.organisation_id for one in planned} <= {case.centre_id}
    assert "take-record" in content(people.worker, f"/teams/members/{member.pk}/")


def test_given_back_by_somebody_else_it_stays_until_the_centre_ends_it(
    people: People, referral: Referral, member: Member
) -> None:
    colleague = make_user((people.partner, Role.PARTNER_WORKER))
    as_user(colleague, return_referral, by=colleague, referral_id=referral.pk, text="The contact broke off.")
    with acting_as(people.handler, purpose="test"):
        assert Referral.objects.get(pk=referral.pk).state == ReferralState.RETURNED
    assert now(people, member).state == MemberState.ACTIVE


def test_completed_it_is_still_asked_about_the_closing(
    people: People, case: Case, referral: Referral, member: Member
) -> None:
    as_user(people.worker, complete_referral, by=people.worker, referral_id=referral.pk, outcome=Outcome.STABILISED)
    assert now(people, member).state == MemberState.ACTIVE
    shown = content(people.handler, f"/cases/{case.pk}/")
    assert "Other bodies work on the case" in shown


def test_a_partner_with_a_conflict_is_not_suggested(people: People, case: Case, member: Member) -> None:
    left(member, people.worker, EndReason.CONFLICT)
    assert "invite-responsible" not in content(people.handler, f"/cases/{case.pk}/team/")
