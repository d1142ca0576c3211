"""The table of consent over all combinations, and through the form, the action and the acceptance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations, product
from typing import Any

import pytest
from assessments import REFERRAL, answer, complete
from django.urls import reverse
from people import People, as_user
from referrals import SECRETS, SUMMARY, draft, make_case, offer, offered, seen_by
from web import browser

from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import NoConsent, NoLegalBasis
from handoff.referrals.consent import (
    RULES,
    SENTENCES,
    Concerned,
    Consent,
    Objection,
    consent_of,
    not_covered,
    objection,
)
from handoff.referrals.models import Disclosure, Referral
from handoff.referrals.partner_actions import ConsentEnded, accept_referral
from handoff.referrals.states import ReferralState
from handoff.referrals.vocabulary import Disclosable, LegalBasis
from hotline.contacts.actions import save_contact
from triage import actions as triage
from triage.models import Assessment

SAID = ("given", "refused", "withdrawn", "unknown")
FIELDS = [set(some) for n in range(len(Disclosable) + 1) for some in combinations(Disclosable, n)]
#: The caller's consent is enough for these ...
OF_THE_CALLER = {Disclosable.ALIAS, Disclosable.PHONE, Disclosable.PLACE, Disclosable.ADVICE}
#: ... and not for these.
OF_THE_PERSON = {Disclosable.NOTES}


def covered(caller: str, person: str, names_partner: bool, concerned: str, fields: set[Disclosable]) -> bool:
    """Whether consent covers the fields, by the rules of docs/domain.md, written without the table under test."""
    if not fields:
        return True
    if {caller, person} & {"refused", "withdrawn"}:
        return False  # applies to all fields
    if caller != "given" or not names_partner:
        return False  # callers consent to the disclosure of their own data, to the recipients they named
    if concerned == "minor_caller":
        return person == "given"  # everything about a minor: those with custody consent
    if concerned == "adult_caller":
        return True  # adults consent for themselves
    return person == "given" or not fields & OF_THE_PERSON  # never for the person of concern


def test_each_field_is_the_callers_or_the_persons() -> None:
    assert set(Disclosable) == OF_THE_CALLER ^ OF_THE_PERSON


def test_every_combination_of_consents_agrees_with_the_rules() -> None:
    seen = set()
    for caller, person, names_partner, concerned, fields in product(SAID, SAID, (True, False), Concerned, FIELDS):
        found = objection(Consent(caller, person, names_partner, concerned), fields)
        said = (caller, person, names_partner, concerned.value, sorted(fields))
        assert (found is None) == covered(caller, person, names_partner, concerned, fields), said
        seen.add(found)
    assert seen == {None, *Objection}, "each objection is reached"
    assert set(SENTENCES) == set(Objection) == {rule.found for rule in RULES}


def test_removing_a_field_never_removes_coverage() -> None:
    for caller, person, names_partner, concerned in product(SAID, SAID, (True, False), Concerned):
        consent = Consent(caller, person, names_partner, concerned)
        refused = not_covered(consent, list(Disclosable))
        for fields in FIELDS:
            assert bool(objection(consent, fields)) == bool(fields & set(refused))


def said_in_triage() -> Iterator[tuple[dict[str, Any], str, Concerned]]:
    """Answers about age, and the relation in the contact."""
    yield {"age_band": "adult"}, "child", Concerned.ADULT
    yield {"age_band": "unknown"}, "unknown", Concerned.ADULT
    yield {"age_band": "14_17"}, "sibling", Concerned.MINOR
    yield {"age_band": "under_14"}, "pupil", Concerned.MINOR
    yield {"age_band": "adult"}, "self", Concerned.ADULT_CALLER
    yield {"age_band": "unknown"}, "self", Concerned.ADULT_CALLER
    yield {"age_band": "14_17"}, "self", Concerned.MINOR_CALLER
    yield {"age_band": "under_14"}, "self", Concerned.MINOR_CALLER


EVERYTHING = tuple(Disclosable)
CALLERS_OWN = tuple(field for field in Disclosable if field not in OF_THE_PERSON)
COMBINED = [
    (answers, relation, concerned, caller, person)
    for (answers, relation, concerned), (caller, person) in product(
        said_in_triage(),
        [("given", ""), ("given", "unknown"), ("given", "given"), ("unknown", "given"), ("given", "refused")],
    )
]


def case_with(people: People, answers: dict[str, Any], relation: str, caller: str, person: str) -> Any:
    given = {**REFERRAL, **answers, "consent_caller": caller, "consent_person": person}
    return make_case(people, {key: value for key, value in given.items() if value}, relation=relation)


@pytest.mark.parametrize(("answers", "relation", "concerned", "caller", "person"), COMBINED)
def test_server_refuses_what_the_table_refuses(
    people: People, answers: dict[str, Any], relation: str, concerned: Concerned, caller: str, person: str
) -> None:
    case = case_with(people, answers, relation, caller, person)
    consent = as_user(people.handler, consent_of, case_id=case.pk)
    assert consent == Consent(caller or "unknown", person or "unknown", True, concerned)
    referral = draft(people, case)
    for fields in (EVERYTHING, CALLERS_OWN):
        if not covered(consent.caller, consent.person, True, concerned, set(fields)):
            with pytest.raises(NoConsent):
                offer(people, referral, fields=fields, legal_basis="consent")
            continue
        assert offer(people, referral, fields=fields, legal_basis="consent").state == ReferralState.OFFERED
        return
    assert offer(people, referral, fields=EVERYTHING, legal_basis="legal_duty").state == ReferralState.OFFERED


@pytest.mark.parametrize("basis", ["", "hocus", "CONSENT", "public"])
@pytest.mark.parametrize("fields", [("alias",), ("notes",), EVERYTHING])
def test_offer_of_fields_without_a_valid_basis_is_refused(people: People, basis: str, fields: tuple[str, ...]) -> None:
    referral = draft(people, make_case(people))
    with pytest.raises(NoLegalBasis):
        offer(people, referral, fields=fields, legal_basis=basis)


@pytest.mark.parametrize("basis", [basis for basis in LegalBasis if basis != LegalBasis.CONSENT])
@pytest.mark.parametrize("caller", SAID)
def test_other_legal_bases_need_no_consent(people: People, basis: str, caller: str) -> None:
    referral = draft(people, case_with(people, {}, "child", caller, "refused"))
    assert offer(people, referral, fields=EVERYTHING, legal_basis=basis).state == ReferralState.OFFERED


def test_age_known_only_from_the_contact_decides_who_consents(people: People) -> None:
    """The triage was completed before the age was known."""
    case = make_case(people, {key: value for key, value in REFERRAL.items() if key != "age_band"}, relation="self")
    assert as_user(people.handler, consent_of, case_id=case.pk).concerned == Concerned.ADULT_CALLER
    with acting_as(people.handler, purpose="test"):
        contact = Assessment.objects.select_related("contact").get(pk=case.assessment_id).contact
        changes = {"age_band": "14_17"}
        save_contact(by=people.handler, contact_id=contact.pk, version=contact.version, changes=changes)
        assert consent_of(case.pk).concerned == Concerned.MINOR_CALLER


def post(people: People, referral: Referral, *fields: str, **values: str) -> Any:
    data = {"text": SUMMARY, "fields_agreed": list(fields), "legal_basis": "consent", **values}
    return browser(people.handler).post(reverse("handoff:offer", args=[referral.pk]), data)


def test_form_names_the_field_that_consent_does_not_cover_before_and_after(people: People) -> None:
    referral = draft(people, make_case(people))
    page = browser(people.handler).get(reverse("handoff:referral", args=[referral.pk])).content.decode()
    assert "Consent does not cover every field." in page
    assert "or do not disclose: Notes of the conversation." in page
    refused = post(people, referral, "alias", "notes", may_pass_on="on")
    text = refused.content.decode()
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["legal_basis"])
    assert "for whom nobody else can consent" in text
    assert str(LegalBasis.LEGAL_DUTY.label) in text
    assert SUMMARY in text
    assert refused.context["form"].chosen == ["alias", "notes"]
    assert post(people, referral, "alias").status_code == 302


def assess_again(people: People, referral: Referral, **answers: str) -> None:
    """Make a new assessment as at the desk, and complete it as proposed."""
    with acting_as(people.handler, purpose="test"):
        old = Assessment.objects.get(pk=referral.case.assessment_id)
    new = as_user(people.handler, triage.supersede, by=people.handler, assessment_id=old.pk)
    for question, given in answers.items():
        new = answer(people.handler, new, question, given, new.version)
    complete(people.handler, new)


@pytest.mark.parametrize("given", ["unknown", ""])
def test_stale_page_and_late_acceptance_are_refused(people: People, given: str) -> None:
    """The person's consent was noted by mistake and is corrected to "not asked"."""
    referral = draft(people, make_case(people, {**REFERRAL, "consent_person": "given"}))
    page = browser(people.handler).get(reverse("handoff:referral", args=[referral.pk])).content.decode()
    assert "Consent does not cover every field." not in page
    sent = offered(people, make_case(people, {**REFERRAL, "consent_person": "given"}), **basis("notes"))
    for one in (referral, sent):
        assess_again(people, one, consent_person=given)
    assert post(people, referral, "notes").status_code == 422
    with pytest.raises(ConsentEnded):
        as_user(people.worker, accept_referral, by=people.worker, referral_id=sent.pk)
    assert seen_by(people.worker, sent.pk).state == ReferralState.OFFERED
    answered = browser(people.worker).post(reverse("handoff:accept", args=[sent.pk]), follow=True)
    assert SECRETS["notes"] not in answered.content.decode()
    assert as_user(people.worker, lambda: list(Disclosure.objects.filter(referral=sent))) == []


def test_person_of_concern_who_is_the_caller_needs_one_consent_only(people: People) -> None:
    referral = offered(people, make_case(people, {**REFERRAL}, relation="self"), **basis("notes"))
    done = as_user(people.worker, accept_referral, by=people.worker, referral_id=referral.pk)
    assert done.state == ReferralState.ACCEPTED


def basis(*fields: str) -> dict[str, Any]:
    return {"fields": list(chain(fields)), "legal_basis": "consent"}
