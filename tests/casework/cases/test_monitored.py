"""A monitored case: the work is over, nothing new begins, the bodies of the team read on, and it can be reopened."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from assessments import REFERRAL, SECURITY, complete, fill, make_contact
from case_rows import assessed, give, make_case
from django.db import DatabaseError
from django.utils import timezone
from people import People, as_user, new_id
from plans import begun
from teams import Body, accepted, in_team, invited, make_body, stored
from web import browser

from casework.assessments.actions import request as ask_assessment
from casework.assessments.questionnaire import current
from casework.cases import actions
from casework.cases.models import Action, Case, Strand
from casework.cases.open_duties import OpenDuties
from casework.cases.states import ActionState, CaseState
from casework.cases.vocabulary import CloseReason, ReopenCause
from casework.cases.work_actions import add_action
from casework.plans.actions import begin_plan
from casework.plans.models import Plan
from casework.teams.states import MemberState
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import close_case, draft_referral, monitor_case
from triage import actions as triage


@pytest.fixture
def police() -> Body:
    return make_body("Police")


def monitor(user: User, case: Case) -> None:
    as_user(user, monitor_case, by=user, case_id=case.pk, reason=CloseReason.GOALS_MET)


def monitored(people: People) -> Case:
    case = make_case(people.handler)
    monitor(people.handler, case)
    return case


def read(user: User, case: Case) -> Case:
    with acting_as(user, purpose="test"):
        return Case.objects.get(pk=case.pk)


def told(user: User, case: Case, kind: str) -> list[dict[str, Any]]:
    with acting_as(user, purpose="test"):
        return list(Event.objects.filter(subject=case.pk, kind=kind).order_by("pk").values_list("data", flat=True))


def listed(user: User, show: str) -> str:
    return browser(user).get("/cases/", {"show": show}).content.decode()


def add_to_do(user: User, case: Case) -> None:
    values = {"action_id": new_id(), "text": "Call the school.", "strand": Strand.SOCIAL, "to": None}
    as_user(user, add_action, by=user, case_id=case.pk, due_at=timezone.now() + timedelta(days=1), **values)


def test_its_reason_stands_and_its_end_has_not_begun(people: People) -> None:
    case = make_case(people.handler)
    for _time in range(2):
        monitor(people.handler, case)
    found = read(people.handler, case)
    assert (found.state, found.close_reason, found.closed_at) == (CaseState.MONITORED, CloseReason.GOALS_MET, None)
    assert told(people.handler, case, "case.monitored") == [{"reason": "goals_met"}]
    page = browser(people.handler).get(f"/cases/{case.pk}/").content.decode()
    assert "The work is over, the case is monitored: The goals are met" in page
    assert f"/cases/{case.pk}/actions/" not in page


def test_it_has_a_list_of_its_own(people: People) -> None:
    case = monitored(people)
    assert case.reference in listed(people.handler, "monitored")
    for show in ("mine", "open", "closed"):
        assert case.reference not in listed(people.handler, show)


def test_what_was_begun_ends_and_the_bodies_stay(people: People, police: Body) -> None:
    case = make_case(people.handler)
    member = in_team(people, police, case)
    waiting = invited(people.handler, case, make_body("School").organisation)
    add_to_do(people.handler, case)
    draft = begun(people.handler, case)
    monitor(people.handler, case)
    assert stored(member, people.handler).state == MemberState.ACTIVE
    assert stored(waiting, people.handler).state == MemberState.WITHDRAWN
    with acting_as(people.handler, purpose="test"):
        assert list(Action.objects.filter(case=case).values_list("state", flat=True)) == [ActionState.DROPPED]
        assert Plan.objects.get(pk=draft.pk).state == "discarded"
    assert browser(police.person).get(f"/teams/{case.pk}/").status_code == 200


def test_nothing_new_begins(people: People, police: Body) -> None:
    case = make_case(people.handler)
    accepted(invited(people.handler, case, police.organisation, hats=[Hat.CONTENT]), police.person)
    monitor(people.handler, case)
    soon = timezone.now() + timedelta(days=3)
    with pytest.raises(Stale):
        invited(people.handler, case, make_body("School").organisation)
    with pytest.raises(Stale):
        add_to_do(people.handler, case)
    with pytest.raises(Stale):
        as_user(people.handler, draft_referral, by=people.handler, referral_id=new_id(), case_id=case.pk,
                organisation=make_body("Youth office").organisation, service="counselling")  # fmt: skip
    for who in (people.handler, police.person):
        with pytest.raises(Stale):
            as_user(who, begin_plan, by=who, plan_id=new_id(), case_id=case.pk)
    template = next(iter(current().values()))
    own = {"template": template, "author": police.person, "organisation": police.organisation, "reason": "x"}
    with pytest.raises(Stale):
        as_user(police.person, ask_assessment, by=police.person, assessment_id=new_id(), case_id=case.pk, due_at=soon,
                **own)  # fmt: skip
    page = browser(police.person).get(f"/teams/{case.pk}/plan/").content.decode()
    assert "begin-plan" not in page


def test_it_is_given_to_somebody_and_taken(people: People) -> None:
    case = monitored(people)
    give(people, case, None)
    as_user(people.colleague, actions.take_case, by=people.colleague, case_id=case.pk)
    assert read(people.colleague, case).responsible_user_id == people.colleague.pk


def test_closing_it_takes_no_new_reason_and_ends_the_team(people: People, police: Body) -> None:
    case = make_case(people.handler)
    member = in_team(people, police, case)
    monitor(people.handler, case)
    page = browser(people.handler).get(f"/cases/{case.pk}/").content.decode()
    assert f"/cases/{case.pk}/close/" in page
    assert "Why the case is closed" not in page
    for _time in range(2):
        assert browser(people.handler).post(f"/cases/{case.pk}/close/", {"reason": "moved"}).status_code == 302
    found = read(people.handler, case)
    assert (found.state, found.close_reason, found.closed_by_id) == ("closed", "goals_met", people.handler.pk)
    assert stored(member, people.handler).state == MemberState.LEFT


def test_an_open_case_is_not_closed_without_a_reason(people: People) -> None:
    case = monitored(people)
    as_user(people.handler, actions.reopen_case, by=people.handler, case_id=case.pk, cause=ReopenCause.MISTAKE)
    with pytest.raises(Stale):
        as_user(people.handler, close_case, by=people.handler, case_id=case.pk)


def test_a_closed_case_is_not_monitored(people: People) -> None:
    case = make_case(people.handler)
    as_user(people.handler, close_case, by=people.handler, case_id=case.pk, reason=CloseReason.MOVED)
    with pytest.raises(Stale):
        monitor(people.handler, case)


def test_it_is_opened_again_by_a_duty_and_by_a_new_triage(people: People) -> None:
    case = monitored(people)
    other = make_contact(people.handler)
    assessed(people.handler, other, SECURITY)
    as_user(people.handler, actions.link_contact, by=people.handler, case_id=case.pk, contact=other)
    assert told(people.handler, case, "case.reopened") == [{"cause": ReopenCause.NEW_CONTACT}]

    case = monitored(people)
    new = as_user(people.handler, triage.supersede, by=people.handler, assessment_id=case.assessment_id)
    done = complete(people.handler, fill(people.handler, new, REFERRAL))
    as_user(people.handler, actions.follow_triage, by=people.handler, assessment=done)
    assert told(people.handler, case, "case.reopened") == [{"cause": ReopenCause.NEW_INFORMATION}]
    assert read(people.handler, case).close_reason == ""


def test_a_protected_duty_keeps_it_open(people: People) -> None:
    case = make_case(people.handler, SECURITY)
    with pytest.raises(OpenDuties):
        monitor(people.handler, case)
    with pytest.raises(DatabaseError, match="may not become"), acting_as(people.coordinator, purpose="test"):
        Case.objects.filter(pk=case.pk).update(state=CaseState.MONITORED, close_reason="other")


def test_who_may_not_change_it_does_not_monitor_it(people: People) -> None:
    from foundation.accounts.permissions import NotAllowed

    case = make_case(people.handler)
    with pytest.raises(NotAllowed):
        monitor(people.colleague, case)
