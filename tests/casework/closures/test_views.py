"""The pages of closing a case: proposed, answered, decided and carried out by form, and what bad input gets."""

from __future__ import annotations

import re
from typing import Any

import pytest
from case_assessments import asked, begun, delivered
from case_rows import make_case
from closures import REACHED, decided, opinion_of, proposed, said, stored
from django.urls import reverse
from people import People, as_user, new_id
from referrals import accepted as taken_by_partner
from referrals import ready
from teams import Body, accepted, invited, make_body
from web import browser

from casework.cases.models import Case
from casework.cases.states import CaseState
from casework.closures.models import Closure, Reopening
from casework.closures.states import ClosureState, ReopeningState
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from handoff.referrals.partner_actions import complete_referral
from handoff.referrals.vocabulary import Outcome

FORM = {
    "reason": "goals_met",
    "reached": REACHED,
    "without_assessment": "There was none at the beginning.",
    "services": "The youth centre.",
    "family_knows": "on",
    "is_monitored": "on",
}


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler, alias="zqAlias", notes="zqNotes")


@pytest.fixture
def mayor(people: People, case: Case) -> Body:
    body = make_body("Mayor")
    accepted(invited(people.handler, case, body.organisation, hats=[Hat.RISK]), body.person, body.deputy)
    return body


def page(user: User, name: str, *arguments: Any) -> str:
    answer = browser(user).get(reverse(f"closures:{name}", args=arguments))
    return re.sub(r"\s+", " ", answer.content.decode()) if answer.status_code == 200 else str(answer.status_code)


def post(user: User, name: str, *arguments: Any, **values: Any) -> Any:
    name = name if ":" in name else f"closures:{name}"
    return browser(user).post(reverse(name, args=arguments), values)


def only(reader: User) -> Closure:
    with acting_as(reader, purpose="test"):
        return Closure.objects.get()


def state(reader: User, case: Case) -> str:
    with acting_as(reader, purpose="test"):
        return Case.objects.get(pk=case.pk).state


def test_case_is_closed_together_by_form(people: People, case: Case, mayor: Body) -> None:
    shown = browser(people.handler).get(f"/cases/{case.pk}/").content.decode()
    assert "Other bodies work on the case" in shown
    assert f"/cases/{case.pk}/close/" not in shown
    assert "propose-closing" in page(people.handler, "of_case", case.pk)
    assert "There is no plan with goals." in page(people.handler, "propose", case.pk)
    assert post(people.handler, "propose", case.pk, closure_id=new_id(), **FORM).status_code == 302
    closure = only(people.handler)
    assert "propose-closing" not in page(people.handler, "of_case", case.pk)
    shown = page(people.handler, "closure", closure.pk)
    assert REACHED in shown
    assert "It is decided when everybody has answered" in shown
    assert "decide-form" not in page(mayor.person, "closure", closure.pk)
    opinion = opinion_of(mayor.person, closure, mayor.organisation)
    assert "opinion-form" in page(mayor.person, "opinion", opinion.pk)
    assert post(mayor.person, "answer", opinion.pk, version=1, is_for="yes").status_code == 302
    assert "decide-form" in page(mayor.person, "closure", closure.pk)
    assert "decide-form" not in page(people.handler, "closure", closure.pk)
    assert post(mayor.person, "decide", closure.pk, version=1, agrees="yes").status_code == 302
    assert "carry-out" in page(people.handler, "closure", closure.pk)
    assert "carry-out" not in page(mayor.person, "closure", closure.pk)
    shown = browser(people.handler).get(f"/cases/{case.pk}/").content.decode()
    assert "carry it out on the page of the proposal" in shown
    version = stored(closure, people.handler).version
    assert post(people.handler, "handoff:carry_out_closure", closure.pk, version=version).status_code == 302
    assert state(people.handler, case) == CaseState.MONITORED
    assert "propose-reopening" in page(mayor.person, "of_team", case.pk)
    assert "propose-reopening" not in page(people.handler, "of_case", case.pk)


def test_a_body_proposes_it_on_the_page_of_the_team(people: People, case: Case, mayor: Body) -> None:
    assert "propose-closing" in page(mayor.person, "of_team", case.pk)
    assert post(mayor.person, "propose", case.pk, closure_id=new_id(), **FORM).status_code == 302
    shown = page(mayor.person, "closure", only(mayor.person).pk)
    assert "zqAlias" not in shown
    assert "zqNotes" not in shown
    assert "Case teams" in shown


@pytest.mark.parametrize(
    ("wrong", "said_so"),
    [
        ({"reason": ""}, "Choose a reason."),
        ({"reason": "because"}, "because"),
        ({"reached": ""}, "required"),
        ({"reached": "x" * 4001}, "4000"),
        ({"services": ""}, "required"),
        ({"without_assessment": ""}, "say why there are not both"),
        ({"earlier": "5c2d2f0e-6b0b-4e7e-9d15-0d4a2f6d1f11"}, "valid choice"),
        ({"closure_id": "x"}, "closure_id"),
    ],
)
def test_a_proposal_that_says_too_little_is_shown_again(
    people: People, case: Case, mayor: Body, wrong: dict[str, str], said_so: str
) -> None:
    answer = post(people.handler, "propose", case.pk, **{"closure_id": new_id(), **FORM, **wrong})
    assert answer.status_code == 422
    assert said_so in answer.content.decode()
    with acting_as(people.handler, purpose="test"):
        assert not Closure.objects.exists()


def test_assessments_stand_beside_each_other(people: People, case: Case, mayor: Body) -> None:
    first, second = (
        delivered(begun(asked(people.handler, case, people.handler, people.centre), people.handler), people.handler)
        for _time in range(2)
    )
    both = {"earlier": first.pk, "repeated": second.pk, "without_assessment": ""}
    same = post(people.handler, "propose", case.pk, closure_id=new_id(), **{**FORM, **both, "repeated": first.pk})
    assert same.status_code == 422
    assert post(people.handler, "propose", case.pk, closure_id=new_id(), **{**FORM, **both}).status_code == 302
    shown = page(mayor.person, "closure", only(people.handler).pk)
    assert f"/assessments/{first.pk}/" in shown
    assert f"/assessments/{second.pk}/" in shown


def test_a_no_needs_words(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(people.handler, case)
    opinion = opinion_of(mayor.person, closure, mayor.organisation)
    assert post(mayor.person, "answer", opinion.pk, version=1, is_for="no").status_code == 422
    assert post(mayor.person, "answer", opinion.pk, version=1).status_code == 422
    assert post(mayor.person, "answer", opinion.pk, version=1, is_for="no", reason="Too early.").status_code == 302
    assert "Too early." in page(people.handler, "closure", closure.pk)
    for agrees in ("yes", "no"):
        assert post(mayor.person, "decide", closure.pk, version=1, agrees=agrees).status_code == 422
    answer = post(mayor.person, "decide", closure.pk, version=1, agrees="no", decision="We wait for the trial.")
    assert answer.status_code == 302
    assert "We wait for the trial." in page(people.handler, "closure", closure.pk)
    assert stored(closure, people.handler).state == ClosureState.REFUSED


def test_before_everybody_answered_the_decision_is_shown_again(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(people.handler, case)
    answer = post(mayor.person, "decide", closure.pk, version=1, agrees="yes")
    assert answer.status_code == 422


def test_a_stale_page_is_told(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(people.handler, case)
    said(mayor.person, closure, mayor.organisation)
    assert post(mayor.person, "decide", closure.pk, version=7, agrees="yes").status_code == 409
    assert post(people.handler, "handoff:carry_out_closure", closure.pk, version=1).status_code == 409
    assert post(people.handler, "handoff:carry_out_closure", closure.pk).status_code == 409
    assert post(people.handler, "withdraw", closure.pk, version=1, reason="").status_code == 422
    assert post(people.handler, "withdraw", closure.pk, version=1, reason="He was seen.").status_code == 302
    assert post(mayor.person, "decide", closure.pk, version=1, agrees="yes").status_code == 409


def test_an_open_duty_is_said_on_the_page(people: People, mayor: Body) -> None:
    from assessments import SECURITY

    case = make_case(people.handler, SECURITY)
    accepted(invited(people.handler, case, mayor.organisation, hats=[Hat.RISK]), mayor.person)
    closure = proposed(people.handler, case)
    said(mayor.person, closure, mayor.organisation)
    assert post(mayor.person, "decide", closure.pk, version=1, agrees="yes").status_code == 302
    assert "duties-in-the-way" in page(people.handler, "closure", closure.pk)
    answer = post(people.handler, "handoff:carry_out_closure", closure.pk, version=2)
    assert answer.status_code == 422
    assert "Not closed." in answer.content.decode()
    assert state(people.handler, case) == CaseState.OPEN


def test_a_monitored_case_is_opened_again_by_form(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(people.handler, case, is_monitored=True)
    said(mayor.person, closure, mayor.organisation)
    assert post(mayor.person, "decide", closure.pk, version=1, agrees="yes").status_code == 302
    assert post(people.handler, "handoff:carry_out_closure", closure.pk, version=2).status_code == 302
    assert "reopening-form" in page(mayor.person, "propose_reopening", case.pk)
    values = {"reopening_id": new_id(), "cause": "warning_sign", "words": "He is with them again."}
    assert post(mayor.person, "propose_reopening", case.pk, **{**values, "words": ""}).status_code == 422
    assert post(mayor.person, "propose_reopening", case.pk, **{**values, "cause": "mistake"}).status_code == 422
    assert post(mayor.person, "propose_reopening", case.pk, **values).status_code == 302
    with acting_as(people.handler, purpose="test"):
        found = Reopening.objects.get()
    assert "He is with them again." in page(people.handler, "reopening", found.pk)
    assert "reopening-form" not in page(mayor.person, "reopening", found.pk)
    assert post(mayor.person, "answer_reopening", found.pk, version=1, reopens="yes").status_code == 404
    assert post(people.handler, "answer_reopening", found.pk, version=1, reopens="no").status_code == 422
    shown = browser(people.handler).get(f"/cases/{case.pk}/").content.decode()
    assert "Answer that first." in shown
    assert post(people.handler, "answer_reopening", found.pk, version=1, reopens="yes").status_code == 302
    assert state(people.handler, case) == CaseState.OPEN
    with acting_as(people.handler, purpose="test"):
        assert Reopening.objects.get().state == ReopeningState.REOPENED


def test_others_get_404(people: People, case: Case, mayor: Body) -> None:
    closure = proposed(people.handler, case)
    opinion = opinion_of(people.handler, closure, mayor.organisation)
    for who in (people.colleague, people.other_coordinator):
        assert page(who, "closure", closure.pk) == "404"
        assert page(who, "opinion", opinion.pk) == "404"
        assert page(who, "of_case", case.pk) == page(who, "of_team", case.pk) == page(who, "propose", case.pk) == "404"
        assert post(who, "answer", opinion.pk, version=1, is_for="yes").status_code == 404
        assert post(who, "decide", closure.pk, version=1, agrees="yes").status_code == 404
        assert post(who, "handoff:carry_out_closure", closure.pk, version=1).status_code == 404
    assert page(people.handler, "closure", new_id()) == "404"
    assert page(people.handler, "reopening", new_id()) == "404"


@pytest.mark.django_db
def test_while_a_partner_is_responsible_the_page_says_what_is_done_first() -> None:
    people = ready()
    referral = taken_by_partner(people)
    with acting_as(people.handler, purpose="test"):
        case = Case.objects.get(pk=referral.case_id)
    mayor = make_body("Mayor")
    accepted(invited(people.handler, case, mayor.organisation, hats=[Hat.RISK]), mayor.person, mayor.deputy)
    closure = proposed(people.handler, case)
    said(mayor.person, closure, mayor.organisation)
    decided(mayor.person, closure)
    shown = page(people.handler, "closure", closure.pk)
    assert "The partner who is responsible for the case completes the referral" in shown
    assert 'id="carry-out"' not in shown
    version = stored(closure, people.handler).version
    assert post(people.handler, "handoff:carry_out_closure", closure.pk, version=version).status_code == 409
    ended = {"referral_id": referral.pk, "outcome": Outcome.STABILISED}
    as_user(people.worker, complete_referral, by=people.worker, **ended)
    assert 'id="carry-out"' in page(people.handler, "closure", closure.pk)
    assert post(people.handler, "handoff:carry_out_closure", closure.pk, version=version).status_code == 302
    assert only(people.handler).state == ClosureState.CARRIED_OUT
