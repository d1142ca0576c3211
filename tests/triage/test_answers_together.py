"""Answers that travel together: one request, one version, one event; and how many statements a request needs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from assessments import REFERRAL, complete, filled, make_contact
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from people import People
from web import browser, one_line

from foundation.accounts.models import User
from foundation.journal.models import Event, Look
from foundation.privacy.context import acting_as
from hotline.contacts.models import Contact
from triage.models import Assessment

#: All answers of a full triage by keyboard, with a minor: as many as there are important questions, and one more.
GIVEN = {**REFERRAL, "age_band": "14_17", "custody": "both_parents", "weapons": "no", "needs": ["school", "work"]}


def post(user: User, contact: Contact, answers: dict[str, Any], **more: Any) -> HttpResponse:
    values = {"question": list(answers), **answers, "version": 0, **more}
    address = f"/triage/contacts/{contact.pk}/answer/"
    return browser(user).post(address, values, headers={"HX-Request": "true"})  # type: ignore[return-value]


def form(answers: dict[str, Any]) -> str:
    return urlencode({"question": list(answers), **answers}, doseq=True)


def stored(user: User, contact: Contact) -> Assessment:
    with acting_as(user, purpose="test"):
        return Assessment.objects.get(contact=contact)


def kinds(user: User, assessment: Assessment) -> list[str]:
    with acting_as(user, purpose="test"):
        return list(Event.objects.filter(subject=assessment.pk).order_by("id").values_list("kind", flat=True))


def shows(assessment: Assessment) -> dict[str, Any]:
    return {"assessment": assessment.pk, "version": assessment.version}


def test_several_answers_are_one_version_and_one_event(people: People) -> None:
    contact = make_contact(people.handler)
    answered = post(people.handler, contact, GIVEN)
    first = stored(people.handler, contact)
    assert (answered.status_code, first.answers, first.version) == (200, GIVEN, 2)
    assert kinds(people.handler, first) == ["assessment.started", "assessment.edited"]
    post(people.handler, contact, {"weapons": "access", "self_harm": "thoughts", "needs": []}, **shows(first))
    second = stored(people.handler, contact)
    kept = {question: answer for question, answer in GIVEN.items() if question != "needs"}
    assert second.answers == {**kept, "weapons": "access", "self_harm": "thoughts"}
    assert second.version == 3
    assert kinds(people.handler, first) == ["assessment.started", "assessment.edited"]


def test_the_fragment_has_everything_that_changed(people: People) -> None:
    contact = make_contact(people.handler)
    body = one_line(post(people.handler, contact, {"age_band": "14_17", "radicalisation": "yes", "weapons": "no"}))
    for slot in ("custody", "phenomena"):
        assert f'id="triage-slot-{slot}" hx-swap-oob="true"' in body
    for section in ("minor", "radicalisation", "security"):
        assert f'id="triage-count-{section}" hx-swap-oob="true"' in body
    assert 'id="triage-count-source"' not in body
    assert body.count('id="triage-proposal"') == 1


def test_the_same_request_twice_is_saved_once(people: People) -> None:
    contact = make_contact(people.handler)
    for _ in range(2):
        assert post(people.handler, contact, GIVEN).status_code == 200
    first = stored(people.handler, contact)
    for _ in range(2):
        assert post(people.handler, contact, {"weapons": "access"}, **shows(first)).status_code == 200
    assert (stored(people.handler, contact).version, first.version) == (3, 2)


@pytest.mark.parametrize("has_arrived", [True, False])
@pytest.mark.parametrize("is_first", [True, False])
def test_answers_follow_a_request_whose_reply_was_not_seen(people: People, has_arrived: bool, is_first: bool) -> None:
    contact = make_contact(people.handler)
    if not is_first:
        post(people.handler, contact, {"self_harm": "no"})
    seen = {"version": 0} if is_first else shows(stored(people.handler, contact))
    running = {"weapons": "no", "needs": ["school"]}
    if has_arrived:
        post(people.handler, contact, running, **seen)
    last = {"weapons": "access", "age_band": "adult"}
    assert post(people.handler, contact, last, **seen, before=form(running)).status_code == 200
    saved = stored(people.handler, contact)
    kept = {question: answer for question, answer in saved.answers.items() if question != "self_harm"}
    assert kept == {"weapons": "access", "age_band": "adult", "needs": ["school"]}
    if not has_arrived:  # the running one comes last
        late = post(people.handler, contact, running, **seen)
        assert (late.status_code, stored(people.handler, contact).answers) == (409, saved.answers)


def test_answers_after_an_unseen_change_of_somebody_else_are_stale(people: People) -> None:
    contact = make_contact(people.handler)
    post(people.handler, contact, {"self_harm": "no"})
    seen = stored(people.handler, contact)
    post(people.coordinator, contact, {"weapons": "access"}, **shows(seen))
    for more in ({}, {"before": form({"weapons": "no"})}, {"before": form({"needs": ["school"]})}):
        assert post(people.handler, contact, {"age_band": "adult"}, **shows(seen), **more).status_code == 409
    assert stored(people.handler, contact).answers == {"self_harm": "no", "weapons": "access"}


def test_answers_to_a_completed_or_another_contacts_assessment_are_stale(people: People) -> None:
    done = complete(people.handler, filled(people, REFERRAL))
    other = make_contact(people.handler)
    assert post(people.handler, done.contact, {"weapons": "no"}, **shows(done)).status_code == 409
    assert post(people.handler, other, {"weapons": "no"}, **shows(done)).status_code == 409
    assert stored(people.handler, done.contact).answers == REFERRAL


def test_answers_of_others_are_404_recorded_and_not_saved(people: People) -> None:
    draft = filled(people, {"weapons": "no"})
    others = [user for user in people.everybody if user not in (people.handler, people.coordinator)]
    for user in others:
        for more in ({}, shows(draft), {"version": 7}):
            assert post(user, draft.contact, {"weapons": "access", "self_harm": "no"}, **more).status_code == 404
    assert stored(people.handler, draft.contact).answers == {"weapons": "no"}
    with acting_as(people.dpo, purpose="test"):
        looks = Look.objects.filter(what="contact.write.denied", subject=draft.contact_id)
        assert looks.filter(actor=people.colleague).count() == 3


@pytest.mark.parametrize(
    "values",
    [
        {"question": ["weapons", "cake"], "weapons": "no", "cake": "no"},
        {"question": ["weapons", "self_harm"], "weapons": "no", "self_harm": "cake"},
        {"question": ["weapons", "self_harm"], "weapons": "no", "self_harm": ["no", "acute"]},
        {"question": ["weapons", "source_conflict"], "weapons": "no", "source_conflict": ["none", "drug_dealing"]},
        {"question": ["weapons", "\0"], "weapons": "no"},
        {"question": "weapons", "weapons": "no", "before": "question=cake"},
        {"question": "weapons", "weapons": "no", "before": "question=self_harm&self_harm=%00"},
        {"question": "weapons", "weapons": "no", "before": "&".join(["question=x"] * 5000)},
        {"question": "weapons", "weapons": "no", "assessment": "x"},
        {"question": "weapons", "weapons": "no", "version": "9" * 5000},
        {"weapons": "no"},
        {},
    ],
)
def test_absurd_answers_are_400_and_nothing_is_stored(people: People, values: dict[str, Any]) -> None:
    contact = make_contact(people.handler)
    address = f"/triage/contacts/{contact.pk}/answer/"
    assert browser(people.handler).post(address, {"version": 0, **values}).status_code == 400
    with acting_as(people.handler, purpose="test"):
        assert not Assessment.objects.exists()


def test_a_refused_completion_stores_nothing(people: People) -> None:
    contact = make_contact(people.handler)
    for address in (f"/triage/contacts/{contact.pk}/finish/", f"/contacts/{contact.pk}/triage/complete/"):
        for choice in ({"disposition": "", "urgency": "standard"}, {"disposition": "advice", "urgency": "standard"}):
            assert browser(people.handler).post(address, {"version": 0, **choice}).status_code == 422
        assert browser(people.handler).post(address, {"version": 3, "urgency": "standard"}).status_code == 409
        assert browser(people.handler).post(address, {"version": "x"}).status_code == 400
    with acting_as(people.handler, purpose="test"):
        assert not Assessment.objects.exists()


def test_a_decision_without_any_answer_starts_and_completes(people: People) -> None:
    contact = make_contact(people.handler)
    chosen = {"version": 0, "disposition": "advice", "urgency": "standard", "reason": "She hung up."}
    address = f"/contacts/{contact.pk}/triage/complete/"
    for _ in range(2):
        assert browser(people.handler).post(address, chosen).status_code == 200
    done = stored(people.handler, contact)
    assert (done.state, done.disposition, done.version) == ("completed", "advice", 2)
    assert kinds(people.handler, done) == ["assessment.started", "assessment.completed"]


# ---- Statements ----------------------------------------------------------------------------------------------------


def statements_of(user: User, address: str, values: dict[str, Any]) -> list[str]:
    """The statements of a request from the first that reads a contact or assessment, savepoints included."""
    client = browser(user)
    with CaptureQueriesContext(connection) as captured:
        assert client.post(address, values, headers={"HX-Request": "true"}).status_code == 200
    found = [query["sql"] for query in captured.captured_queries]
    begin = next(at for at, one in enumerate(found) if "hotline_contact" in one or "triage_assessment" in one)
    end = max(at for at, one in enumerate(found) if "app.actor" in one)  # of the transaction, after its RELEASE
    return found[begin : end - 1]


def test_first_answers_need_four_statements_and_later_ones_two_or_three(people: People) -> None:
    contact = make_contact(people.handler)
    address = f"/triage/contacts/{contact.pk}/answer/"
    first = statements_of(people.handler, address, {"question": "weapons", "weapons": "no", "version": 0})
    assert [verb(one) for one in first] == ["SELECT", "SELECT", "INSERT", "insert"], first
    later = {"question": ["weapons", "self_harm"], "weapons": "access", "self_harm": "no"}
    shown = shows(stored(people.handler, contact))
    again = statements_of(people.handler, address, {**later, **shown})
    assert [verb(one) for one in again] == ["SELECT", "UPDATE"], again
    shown = shows(stored(people.handler, contact))
    colleague = statements_of(people.coordinator, address, {**later, "weapons": "no", **shown})
    assert [verb(one) for one in colleague] == ["SELECT", "UPDATE", "insert"], colleague


@pytest.mark.parametrize("name", ["/triage/contacts/{}/finish/", "/contacts/{}/triage/complete/"])
def test_completing_needs_three_statements(people: People, name: str) -> None:
    draft = filled(people, REFERRAL)
    chosen = {"disposition": "advice", "urgency": "standard", "reason": "She only wanted to know.", **shows(draft)}
    needed = statements_of(people.handler, name.format(draft.contact_id), chosen)
    assert [verb(one) for one in needed] == ["SELECT", "UPDATE", "insert"], needed


def verb(statement: str) -> str:
    return statement.split(maxsplit=1)[0]
