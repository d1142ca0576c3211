"""Completing a triage over HTTP, and the case that follows."""

from __future__ import annotations

from typing import Any

from assessments import REFERRAL, SECURITY, complete, filled, make_contact
from case_rows import make_case
from people import People, as_user
from web import browser

from casework.cases import actions
from casework.cases.models import Case
from foundation.accounts.models import User
from foundation.privacy.context import acting_as
from hotline.contacts.callbacks import complete_contact
from triage import actions as triage
from triage.models import Assessment

HTMX = {"HX-Request": "true"}


def page(user: User, address: str, **values: Any) -> str:
    answer = browser(user).get(address, values)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def completion(assessment: Assessment, **other: Any) -> dict[str, Any]:
    proposal = assessment.proposal()
    values = {"disposition": proposal.disposition, "urgency": proposal.urgency, "duties": sorted(proposal.duties)}
    return {**values, "version": assessment.version, "reason": "", **other}


def test_completing_leads_to_the_case_in_one_step_and_twice_to_the_same(people: People) -> None:
    draft = filled(people, REFERRAL)
    address, values = f"/contacts/{draft.contact_id}/triage/complete/", completion(draft)
    first = browser(people.handler).post(address, values)
    with acting_as(people.handler, purpose="test"):
        case = Case.objects.get()
    again = browser(people.handler).post(address, values)
    assert first.headers["Location"] == again.headers["Location"] == f"/cases/{case.pk}/"


def test_completing_during_a_conversation_stays_on_the_page_and_shows_the_next_step(people: People) -> None:
    draft = filled(people, REFERRAL)
    client = browser(people.handler)
    address = f"/contacts/{draft.contact_id}/triage/complete/"
    for _ in range(2):
        stayed = client.post(address, completion(draft), headers=HTMX)
        assert (stayed.status_code, "HX-Redirect" in stayed.headers) == (200, False)
        assert b'id="triage-offer-case"' in stayed.content
    with acting_as(people.handler, purpose="test"):
        case = Case.objects.get()
    as_user(people.handler, complete_contact, by=people.handler, contact_id=draft.contact_id)
    assert client.post(address, completion(draft), headers=HTMX).headers["HX-Redirect"] == f"/cases/{case.pk}/"


def test_completing_a_colleagues_contact_redirects_to_the_case(people: People) -> None:
    draft = filled(people, REFERRAL)
    answer = browser(people.coordinator).post(
        f"/contacts/{draft.contact_id}/triage/complete/", completion(draft), headers=HTMX
    )
    assert answer.headers["HX-Redirect"].startswith("/cases/")


def test_going_to_the_partners_opens_the_case(people: People) -> None:
    done = complete(people.handler, filled(people, REFERRAL))
    client = browser(people.handler)
    answers = [client.post(f"/assessments/{done.pk}/case/", {"next": "offer"}) for _ in range(2)]
    with acting_as(people.handler, purpose="test"):
        case = Case.objects.get()
    assert {answer.headers["Location"] for answer in answers} == {f"/cases/{case.pk}/partners/"}
    assert client.post(f"/assessments/{done.pk}/case/", {"next": "//x"}).headers["Location"] == f"/cases/{case.pk}/"
    assert browser(people.colleague).post(f"/assessments/{done.pk}/case/", {"next": "offer"}).status_code == 404


def test_discarded_triage_is_only_in_the_timeline(people: People) -> None:
    case = make_case(people.handler)
    with acting_as(people.handler, purpose="test"):
        old = case.assessment
    draft = as_user(people.handler, triage.supersede, by=people.handler, assessment_id=old.pk)
    as_user(people.handler, triage.discard, by=people.handler, assessment_id=draft.pk, version=draft.version)
    shown = browser(people.handler).get(f"/cases/{case.pk}/")
    assert [one.pk for one in shown.context["file"].assessments] == [old.pk]
    assert "A triage begun by mistake was discarded" in shown.content.decode()


def test_completion_without_its_reason_shows_an_error_and_opens_no_case(people: People) -> None:
    draft = filled(people, REFERRAL)
    values = completion(draft, disposition="advice")
    assert browser(people.handler).post(f"/contacts/{draft.contact_id}/triage/complete/", values).status_code == 422
    with acting_as(people.handler, purpose="test"):
        assert Assessment.objects.get(pk=draft.pk).is_draft
        assert not Case.objects.exists()


def test_advice_leads_to_no_case(people: People) -> None:
    draft = filled(people, REFERRAL)
    values = completion(draft, disposition="advice", reason="She only wanted to know whom to ask.")
    assert browser(people.handler).post(f"/contacts/{draft.contact_id}/triage/complete/", values).status_code == 200
    with acting_as(people.handler, purpose="test"):
        assert not Case.objects.exists()


def test_the_second_persons_confirmation_opens_the_case(people: People) -> None:
    draft = filled(people, SECURITY)
    dropped = completion(draft, disposition="referral", duties=[], reason="It was a joke among friends.")
    browser(people.handler).post(f"/contacts/{draft.contact_id}/triage/complete/", dropped)
    with acting_as(people.handler, purpose="test"):
        waiting = Assessment.objects.get(pk=draft.pk)
        assert waiting.is_waiting
        assert not Case.objects.exists()
    decided = {"version": waiting.version, "decision": "confirm", "note": ""}
    assert browser(people.handler).post(f"/assessments/{draft.pk}/confirm/", decided).status_code == 404
    answer = browser(people.coordinator).post(f"/assessments/{draft.pk}/confirm/", decided)
    with acting_as(people.handler, purpose="test"):
        case = Case.objects.get()
    assert (answer.headers["Location"], case.contact_person) == (f"/cases/{case.pk}/", people.handler)


def test_triage_sent_back_by_the_second_person_opens_no_case(people: People) -> None:
    draft = filled(people, SECURITY)
    dropped = completion(draft, disposition="referral", duties=[], reason="It was a joke among friends.")
    browser(people.handler).post(f"/contacts/{draft.contact_id}/triage/complete/", dropped)
    with acting_as(people.handler, purpose="test"):
        version = Assessment.objects.get(pk=draft.pk).version
    decided = {"version": version, "decision": "send_back", "note": "Ask who heard it."}
    assert browser(people.coordinator).post(f"/assessments/{draft.pk}/confirm/", decided).status_code == 302
    with acting_as(people.coordinator, purpose="test"):
        assert not Case.objects.exists()


def test_a_triage_of_a_contact_in_a_colleagues_case_says_where_it_goes_on(people: People) -> None:
    case, contact = make_case(people.colleague), make_contact(people.handler)
    as_user(people.coordinator, actions.link_contact, by=people.coordinator, case_id=case.pk, contact=contact)
    draft = filled_of(people.handler, contact)
    client = browser(people.handler)
    answer = client.post(f"/contacts/{contact.pk}/triage/complete/", completion(draft))
    assert answer.status_code == 200
    assert "belongs to a case of a colleague" in client.get("/cases/").content.decode()
    assert "A new triage of a contact waits" in page(people.colleague, f"/cases/{case.pk}/")


def filled_of(user: User, contact: Any) -> Assessment:
    from assessments import answer, start

    draft = start(user, contact)
    for question, given in REFERRAL.items():
        draft = answer(user, draft, question, given, draft.version)
    return draft
