"""The pages of case teams: who gets them, what they show, what bad input gets."""

from __future__ import annotations

import re
from typing import Any

import pytest
from case_rows import make_case
from django.urls import reverse
from people import People, make_user, new_id
from teams import REASON, Body, accepted, in_team, invited, left, make_body
from web import browser

from casework.cases.models import Case
from casework.teams.models import Member
from casework.teams.vocabulary import EndReason
from foundation.accounts.models import User
from foundation.accounts.roles import Role


@pytest.fixture
def police(people: People) -> Body:
    return make_body("Police")


@pytest.fixture
def case(people: People) -> Case:
    return make_case(people.handler, alias="zqAlias", notes="zqNotes")


def page(user: User, name: str, *arguments: Any) -> str:
    answer = browser(user).get(reverse(f"teams:{name}", args=arguments))
    return re.sub(r"\s+", " ", answer.content.decode()) if answer.status_code == 200 else str(answer.status_code)


def post(user: User, name: str, member: Member, **values: Any) -> int:
    given = {"version": member.version, **values}
    return browser(user).post(reverse(f"teams:{name}", args=[member.pk]), given).status_code


def invitation(case: Case, organisation: Any, **values: Any) -> dict[str, Any]:
    asked = {"organisation": getattr(organisation, "pk", organisation), "hats": ["works"], "purpose": "safety"}
    return {"member_id": new_id(), **asked, "reason": REASON, **values}


def test_centre_invites_and_the_page_of_the_case_says_who_is_in(people: People, case: Case, police: Body) -> None:
    url = reverse("teams:invite", args=[case.pk])
    assert "Police" in browser(people.handler).get(url).content.decode()
    assert browser(people.handler).post(url, invitation(case, police.organisation)).status_code == 302
    shown = page(people.handler, "of_case", case.pk)
    assert "Police" in shown
    assert "invited" in shown
    assert (
        reverse("teams:of_case", args=[case.pk]) in browser(people.handler).get(f"/cases/{case.pk}/").content.decode()
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"organisation": "", "hats": ["works"]},
        {"organisation": "centre"},
        {"hats": []},
        {"hats": ["captain"]},
        {"purpose": ""},
        {"reason": " "},
        {"reason": "x" * 2001},
        {"member_id": "x"},
    ],
)
def test_bad_invitation_is_asked_again(people: People, case: Case, police: Body, bad: dict[str, Any]) -> None:
    given = invitation(case, police.organisation) | bad
    if given["organisation"] == "centre":
        given["organisation"] = people.other_centre.pk
    assert browser(people.handler).post(reverse("teams:invite", args=[case.pk]), given).status_code == 422


def test_body_that_is_in_or_has_a_conflict_is_refused_in_words(people: People, case: Case, police: Body) -> None:
    url = reverse("teams:invite", args=[case.pk])
    member = in_team(people, police, case)
    answer = browser(people.handler).post(url, invitation(case, police.organisation))
    assert "This body is invited or in the team already." in answer.content.decode()
    left(member, police.person, EndReason.CONFLICT)
    form = browser(people.handler).get(url).content.decode()
    assert "Police (declared a conflict of interest)" in form
    answer = browser(people.handler).post(url, invitation(case, police.organisation))
    assert answer.status_code == 422
    assert "has a conflict of interest in this case" in answer.content.decode()
    given = invitation(case, police.organisation, is_settled="on")
    assert browser(people.handler).post(url, given).status_code == 302


def test_invitation_shows_no_content(people: People, case: Case, police: Body) -> None:
    member = invited(people.handler, case, police.organisation)
    shown = page(police.person, "member", member.pk)
    assert case.reference in shown
    assert "safety of others" in shown
    assert "works on it" in shown
    for content in (REASON, "zqAlias", "zqNotes"):
        assert content not in shown
    assert case.reference in page(police.person, "list")
    assert page(police.person, "team", case.pk) == "404"


def test_accepted_on_the_page_and_then_the_members_page(people: People, case: Case, police: Body) -> None:
    member = invited(people.handler, case, police.organisation)
    assert post(police.person, "accept", member, deputy=police.person.pk) == 422
    assert post(police.person, "accept", member, deputy=people.worker.pk) == 422
    assert post(police.person, "accept", member, deputy=police.deputy.pk) == 302
    assert post(police.deputy, "accept", member) == 409
    for who in (police.person, police.deputy):
        shown = page(who, "team", case.pk)
        assert "Police" in shown
        assert police.deputy.name in shown
        assert "zqAlias" not in shown
        assert REASON in page(who, "member", member.pk)
    colleague = make_user((police.organisation, Role.LIAISON))
    assert page(colleague, "team", case.pk) == "404"
    assert REASON not in page(colleague, "member", member.pk)
    for who in (people.handler, people.coordinator):
        assert page(who, "team", case.pk) == "404"


def test_declining_needs_a_reason_of_the_list(people: People, case: Case, police: Body) -> None:
    member = invited(people.handler, case, police.organisation)
    for reason in ("", "work_done", "x"):
        assert post(police.person, "decline", member, reason=reason) == 422
    assert post(police.person, "decline", member, reason="conflict") == 302
    assert "conflict of interest" in page(people.handler, "of_case", case.pk)


def test_others_get_404(people: People, case: Case, police: Body) -> None:
    member = invited(people.handler, case, police.organisation)
    for who in (people.worker, people.liaison, people.colleague, people.administrator, people.dpo):
        assert page(who, "member", member.pk) == "404"
        assert post(who, "accept", member) == 404
        assert post(who, "withdraw", member) == 404
    assert page(people.handler, "list") == "404"


def test_who_left_sees_no_team_any_more(people: People, case: Case, police: Body) -> None:
    member = in_team(people, police, case)
    assert post(police.person, "leave", member, reason="work_done") == 302
    for who in (police.person, police.deputy):
        assert page(who, "team", case.pk) == "404"
        assert REASON not in page(who, "member", member.pk)
    assert post(police.deputy, "leave", member, reason="work_done") == 409
    assert "its work is done" in page(people.handler, "of_case", case.pk)


def test_partner_coordinator_names_others_without_seeing_the_case(people: People, case: Case) -> None:
    school = make_body("School", Role.PARTNER_WORKER)
    leading = make_user((school.organisation, Role.PARTNER_COORDINATOR))
    member = accepted(invited(people.handler, case, school.organisation), school.person)
    assert REASON not in page(leading, "member", member.pk)
    assert post(leading, "name_people", member, person=school.deputy.pk, deputy=school.deputy.pk) == 422
    assert post(leading, "name_people", member, person=school.deputy.pk) == 302
    assert page(school.person, "team", case.pk) == "404"
    assert "School" in page(school.deputy, "team", case.pk)


def test_pages_of_an_empty_list_and_of_an_unknown_case(people: People, police: Body) -> None:
    assert "Your body is in no case team." in page(police.person, "list")
    assert page(police.person, "team", new_id()) == "404"
    assert page(police.person, "member", new_id()) == "404"
