"""Refused or withdrawn consent: in the form, in the action, when the partner accepts, and afterwards."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from assessments import REFERRAL, answer, complete
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from people import People, as_user
from referrals import SUMMARY, accepted, draft, make_case, offer, offered, ready, seen_by
from web import browser

from casework.cases.models import Case
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import NoConsent, offer_referral
from handoff.referrals.consent import Concerned, Consent, Objection, objection
from handoff.referrals.consent_watch import tell_of_ended_consent
from handoff.referrals.models import Disclosure, Notice, Referral
from handoff.referrals.partner_actions import ConsentEnded, accept_referral
from handoff.referrals.states import ReferralState
from handoff.referrals.tasks import watch_consent
from triage import actions as triage
from triage.models import Assessment


@pytest.fixture
def people(db: None) -> People:
    return ready()


def answers(**changed: Any) -> dict[str, Any]:
    return {key: value for key, value in {**REFERRAL, **changed}.items() if value is not None}


def try_offer(people: People, case: Case, fields: tuple[str, ...] = ("alias",), basis: str = "consent") -> Referral:
    return offer(people, draft(people, case), fields=fields, legal_basis=basis)


REFUSED: list[tuple[dict[str, Any], tuple[str, ...], Objection]] = [
    ({"consent_caller": "refused"}, ("alias",), Objection.CALLER_REFUSED),
    ({"consent_caller": "withdrawn"}, ("phone",), Objection.CALLER_WITHDREW),
    ({"consent_caller": "unknown"}, ("alias",), Objection.NOT_ASKED),
    ({"consent_caller": "unknown"}, ("advice", "place"), Objection.NOT_ASKED),
    ({"consent_person": "refused"}, ("alias",), Objection.PERSON_REFUSED),
    ({"consent_person": "withdrawn"}, ("notes",), Objection.PERSON_WITHDREW),
    ({"consent_recipients": ["school"]}, ("alias",), Objection.NOT_FOR_PARTNERS),
    ({"age_band": "under_14"}, ("notes",), Objection.MINOR),
    ({}, ("alias", "notes"), Objection.PERSON_NOT_ASKED),
    ({"consent_person": "unknown"}, ("notes",), Objection.PERSON_NOT_ASKED),
    ({"age_band": "unknown"}, ("notes",), Objection.PERSON_NOT_ASKED),
    ({"age_band": "14_17", "consent_person": "unknown"}, ("alias", "notes"), Objection.MINOR),
]
ALLOWED: list[tuple[dict[str, Any], tuple[str, ...], str]] = [
    ({}, ("alias", "phone", "place", "advice"), "consent"),
    ({"consent_person": "given"}, ("alias", "phone", "place", "notes", "advice"), "consent"),
    ({"consent_caller": "refused"}, ("alias",), "vital_interests"),
    ({"consent_caller": "withdrawn"}, ("alias",), "legal_duty"),
    ({"consent_caller": "refused"}, (), "consent"),
    ({"consent_recipients": ["partner", "school"]}, ("alias",), "consent"),
    ({"age_band": "14_17"}, ("alias", "phone"), "consent"),
    ({"age_band": "14_17", "consent_person": "given"}, ("notes",), "consent"),
]


@pytest.mark.parametrize(("changed", "fields", "found"), REFUSED)
def test_consent_that_does_not_cover_the_fields_is_no_basis(
    people: People, changed: dict[str, Any], fields: tuple[str, ...], found: Objection
) -> None:
    case = make_case(people, answers(**changed))
    referral = draft(people, case)
    with pytest.raises(NoConsent) as refused:
        offer(people, referral, fields=fields, legal_basis="consent")
    assert refused.value.found == found
    assert seen_by(people.handler, referral.pk).state == ReferralState.DRAFT


@pytest.mark.parametrize(("changed", "fields", "basis"), ALLOWED)
def test_fields_covered_by_consent_or_another_basis_are_offered(
    people: People, changed: dict[str, Any], fields: tuple[str, ...], basis: str
) -> None:
    case = make_case(people, answers(**changed))
    assert try_offer(people, case, fields, basis).state == ReferralState.OFFERED


def post_offer(client: Client, referral: Referral, **values: Any) -> Any:
    data = {"text": SUMMARY, "fields_agreed": ["alias"], "legal_basis": "consent", **values}
    return client.post(reverse("handoff:offer", args=[referral.pk]), data)


def test_form_names_other_legal_bases_before_and_after_posting(people: People) -> None:
    referral, client = draft(people, make_case(people, answers(consent_caller="refused"))), browser(people.handler)
    page = client.get(reverse("handoff:referral", args=[referral.pk])).content.decode()
    assert "Consent is no basis here." in page
    refused = post_offer(client, referral, may_pass_on="on")
    text = refused.content.decode()
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["legal_basis"]
    assert "The caller has refused consent." in text
    assert "Legal duty" in text
    assert SUMMARY in text
    assert post_offer(client, referral, legal_basis="vital_interests").status_code == 302


def note_withdrawal(
    people: People, case: Case, question: str = "consent_caller", *, is_completed: bool = False
) -> None:
    """Note the withdrawal as the handler does at the desk: in a new assessment of the same contact."""
    old = as_user(people.handler, lambda: Assessment.objects.get(pk=case.assessment_id))
    new = as_user(people.handler, triage.supersede, by=people.handler, assessment_id=old.pk)
    new = answer(people.handler, new, question, "withdrawn", new.version)
    if is_completed:
        choice = as_user(people.handler, lambda: triage.Choice.as_proposed(new.proposal()))
        complete(people.handler, new, choice)


@pytest.mark.parametrize("question", ["consent_caller", "consent_person"])
@pytest.mark.parametrize("is_completed", [False, True])
def test_withdrawal_between_opening_and_posting_the_form_prevents_the_offer(
    people: People, question: str, is_completed: bool
) -> None:
    case = make_case(people)
    referral, client = draft(people, case), browser(people.handler)
    client.get(reverse("handoff:referral", args=[referral.pk]))
    note_withdrawal(people, case, question, is_completed=is_completed)
    assert post_offer(client, referral).status_code == 422


def test_consent_given_in_an_unfinished_assessment_is_not_given_yet(people: People) -> None:
    case = make_case(people, answers(consent_caller="refused"))
    old = case.assessment_id
    new = as_user(people.handler, triage.supersede, by=people.handler, assessment_id=old)
    answer(people.handler, new, "consent_caller", "given", new.version)
    with pytest.raises(NoConsent):
        try_offer(people, case)


def accept(people: People, referral: Referral) -> Referral:
    done: Referral = as_user(people.worker, accept_referral, by=people.worker, referral_id=referral.pk)
    return done


def test_partner_cannot_accept_after_withdrawal_and_receives_nothing(people: People) -> None:
    case = make_case(people)
    referral = offered(people, case, fields=["alias"], legal_basis="consent")
    note_withdrawal(people, case)
    with pytest.raises(ConsentEnded):
        accept(people, referral)
    assert seen_by(people.worker, referral.pk).state == ReferralState.OFFERED
    assert as_user(people.worker, lambda: list(Disclosure.objects.filter(referral=referral))) == []
    answered = browser(people.worker).post(reverse("handoff:accept", args=[referral.pk]), follow=True)
    assert "Not accepted: the consent" in answered.content.decode()
    assert "Tulpenfrau" not in answered.content.decode()


@pytest.mark.parametrize("basis", [{}, {"fields": ["alias"], "legal_basis": "vital_interests"}])
def test_partner_can_accept_fields_with_another_basis_after_withdrawal(people: People, basis: dict[str, Any]) -> None:
    case = make_case(people)
    referral = offered(people, case, **basis)
    note_withdrawal(people, case)
    assert accept(people, referral).state == ReferralState.ACCEPTED


def told(people: People, referral: Referral) -> int:
    with acting_as(people.coordinator, purpose="test"):
        return Event.objects.filter(subject=referral.pk, kind="referral.consent_ended").count()


@pytest.mark.parametrize("make", [offered, accepted])
def test_centre_is_notified_once_of_ended_consent_and_sees_the_next_step(people: People, make: Any) -> None:
    referral = make(people, fields=["alias"], legal_basis="consent")
    case = as_user(people.handler, lambda: Case.objects.get(pk=referral.case_id))
    watch_consent()
    assert told(people, referral) == 0
    as_coordinator = people.coordinator
    contact_handler = people.handler
    old = as_user(as_coordinator, lambda: Assessment.objects.get(pk=case.assessment_id))
    new = as_user(contact_handler, triage.supersede, by=contact_handler, assessment_id=old.pk)
    answer(contact_handler, new, "consent_caller", "withdrawn", new.version)
    watch_consent()
    watch_consent()
    assert told(people, referral) == 1
    service = service_user(Service.DEADLINES)
    with acting_as(service, purpose="test"):
        to = set(Notice.objects.filter(kind="referral.consent_ended").values_list("recipient", flat=True))
    assert to == {people.handler.pk, people.coordinator.pk}
    page = browser(people.coordinator).get(reverse("handoff:referral", args=[referral.pk])).content.decode()
    assert "The consent does not cover the agreed fields any more." in page
    assert "The caller has withdrawn consent." in page


def test_only_the_deadline_service_may_notify_of_ended_consent(people: People) -> None:
    from foundation.accounts.permissions import NotAllowed

    with pytest.raises(NotAllowed):
        as_user(people.coordinator, tell_of_ended_consent, by=people.coordinator, now=timezone.now())


@pytest.mark.parametrize("who", ["other_handler", "other_worker", "colleague", "administrator", "dpo", "funder"])
def test_people_without_access_to_the_case_get_no_consent(people: People, who: str) -> None:
    from handoff.referrals.consent import consent_of

    case = make_case(people, answers(consent_caller="refused"))
    assert as_user(getattr(people, who), consent_of, case_id=case.pk).caller == "unknown"


@pytest.mark.parametrize("case_id", [uuid.UUID(int=0), uuid.uuid4()])
def test_case_that_does_not_exist_has_no_consent(people: People, case_id: uuid.UUID) -> None:
    from handoff.referrals.consent import consent_of

    found = as_user(people.coordinator, consent_of, case_id=case_id)
    assert objection(found, {"alias"}) == Objection.NOT_ASKED


def test_without_fields_no_consent_is_needed() -> None:
    assert objection(Consent("refused", "refused", False, Concerned.MINOR), ()) is None


def test_repeated_offer_after_a_withdrawal_changes_nothing(people: People) -> None:
    case = make_case(people)
    referral = offered(people, case, fields=["alias"], legal_basis="consent")
    note_withdrawal(people, case)
    again = as_user(
        people.handler,
        offer_referral,
        by=people.handler,
        referral_id=referral.pk,
        text=SUMMARY,
        fields=["alias"],
        legal_basis="consent",
    )
    assert again.state == ReferralState.OFFERED
