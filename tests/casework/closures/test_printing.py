"""Closings and proposals to open a case again in the printed case file."""

from __future__ import annotations

import pytest
from case_rows import make_case
from closures import REACHED, SIGN, asked_to_reopen, carried_out, decided, opinion_of, proposed, said, stored
from past_policies import change
from pdfs import text_of
from people import People, as_user
from teams import Body, accepted, invited, make_body
from web import browser

from casework.cases.models import Case
from casework.closures.actions import withdraw
from casework.closures.models import Opinion
from casework.closures.reopening_actions import answer_reopening
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.privacy.fields import Sealed

WHY = "He was seen with them last week."


@pytest.fixture
def school() -> Body:
    return make_body("School")


@pytest.fixture
def case(people: People, school: Body) -> Case:
    made = make_case(people.handler)
    accepted(invited(people.handler, made, school.organisation, hats=[Hat.WORKS]), school.person, school.deputy)
    return made


def file_of(user: User, case: Case) -> str:
    answer = browser(user).post(f"/cases/{case.pk}/print/", {"purpose": "conference"})
    assert answer.status_code == 200
    return " ".join(text_of(answer.content).split())


def test_the_proposal_what_was_said_and_what_was_decided_are_in_it(people: People, case: Case, school: Body) -> None:
    closure = proposed(people.handler, case, is_monitored=True)
    said(school.person, closure, school.organisation, is_for=False, reason=WHY)
    decided(people.coordinator, closure, decision="The mentor stays.")
    carried_out(people.handler, closure)
    found = asked_to_reopen(school.person, case)
    answer = {"reopening_id": found.pk, "version": 1, "reopens": False, "answer": "It was his brother."}
    as_user(people.handler, answer_reopening, by=people.handler, **answer)
    printed = file_of(people.handler, case)
    for words in (
        *("Closing the case", REACHED, "The youth centre.", "There was no assessment at the beginning."),
        *(people.handler.name, school.person.name, people.coordinator.name, "against it", WHY, "The mentor stays."),
        *("carried out", "Proposals to open the case again", "A warning sign", SIGN, "It was his brother."),
    ):
        assert words in printed, words


def test_what_was_withdrawn_and_who_was_silent_are_in_it(people: People, case: Case, school: Body) -> None:
    closure = proposed(people.handler, case)
    values = {"closure_id": closure.pk, "version": stored(closure, people.handler).version, "reason": "Too soon."}
    as_user(people.handler, withdraw, by=people.handler, **values)
    printed = file_of(people.handler, case)
    assert "Too soon." in printed
    assert f"Opinion · {school.organisation.name} no longer asked" in printed


def test_without_any_it_says_so(people: People, case: Case) -> None:
    printed = file_of(people.handler, case)
    assert "Nobody has proposed to close the case." in printed
    assert "Nobody has proposed to open it again." in printed


def test_an_opinion_that_cannot_be_decrypted_is_said_and_the_rest_is_printed(
    people: People, case: Case, school: Body
) -> None:
    closure = proposed(people.handler, case)
    said(school.person, closure, school.organisation, is_for=False, reason=WHY)
    broken = opinion_of(people.handler, closure, school.organisation)
    change(Opinion.objects.filter(pk=broken.pk), reason=Sealed(b"\x01" + broken.data_key_id.bytes + b"x" * 40))
    printed = file_of(people.handler, case)
    assert f"{broken.pk} cannot be shown." in printed
    assert REACHED in printed
