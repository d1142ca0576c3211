"""Contacts, answers and assessments for the tests of triage."""

from typing import Any

from people import People, as_user, new_id

from foundation.accounts.models import User
from hotline.contacts.actions import open_contact
from hotline.contacts.models import Contact
from triage import actions
from triage.models import Assessment

Answers = dict[str, str | list[str]]

#: A mother worried about her grown-up son: a referral to a partner.
REFERRAL: dict[str, str | list[str]] = {
    "source_reliability": "b",
    "information_credibility": "2",
    "source_conflict": ["none"],
    "security_signal": "none",
    "self_harm": "no",
    "radicalisation": "yes",
    "age_band": "adult",
    "child_welfare_risk": "no",
    "support_for": ["relatives"],
    "support_wanted": "local",
    "consent_caller": "given",
}
#: The same, and a plan for violence was named.
SECURITY = {**REFERRAL, "security_signal": "concrete"}
#: A stranger who wants something passed on.
WEAK = {**REFERRAL, "source_reliability": "f"}


def make_contact(user: User, **details: Any) -> Contact:
    contact: Contact = as_user(user, open_contact, by=user, contact_id=new_id(), details=details)
    return contact


def start(user: User, contact: Contact) -> Assessment:
    assessment: Assessment = as_user(user, actions.start, by=user, contact_id=contact.pk)
    return assessment


def answer(user: User, assessment: Assessment, question: str, given: str | list[str], version: int) -> Assessment:
    saved: Assessment = as_user(
        user,
        actions.answer,
        by=user,
        assessment_id=assessment.pk,
        question_id=question,
        answer=given,
        version=version,
    )
    return saved


def fill(user: User, assessment: Assessment, answers: Answers) -> Assessment:
    """All answers in one write."""
    given = {question: value for question, value in answers.items() if question not in assessment.answers}
    saved: Assessment = as_user(
        user,
        actions.answer_several,
        by=user,
        assessment_id=assessment.pk,
        answers=given,
        version=assessment.version,
    )
    return saved


def filled(people: People, answers: Answers) -> Assessment:
    """The handler's draft with these answers."""
    return fill(people.handler, start(people.handler, make_contact(people.handler)), answers)


def complete(user: User, assessment: Assessment, choice: actions.Choice | None = None) -> Assessment:
    done: Assessment = as_user(
        user, actions.complete, by=user, assessment_id=assessment.pk, version=assessment.version, choice=choice
    )
    return done
