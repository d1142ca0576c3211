"""All writes to assessments."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, can
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.groups import organisation_group, user_group
from foundation.journal.models import Event
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind
from foundation.privacy.fields import EncryptedField
from hotline.contacts.models import Contact
from hotline.contacts.permissions import may_write as may_write_contact

from . import checklist, prefill
from .events import (
    ASSESSMENT_COMPLETED,
    ASSESSMENT_CONFIRMED,
    ASSESSMENT_DISCARDED,
    ASSESSMENT_EDITED,
    ASSESSMENT_SENT_BACK,
    ASSESSMENT_STARTED,
    ASSESSMENT_SUPERSEDED,
    ASSESSMENT_WAITING,
)
from .models import Assessment
from .permissions import may_confirm, may_write
from .questionnaire import Question
from .rules import AnswerError, Proposal, normalised, second_person_for
from .states import TRANSITIONS, AssessmentState
from .vocabulary import DUTY_OF_DISPOSITION, SECURING_DUTIES, Disposition, Duty, Urgency


class ChoiceError(ValueError):
    """A choice that cannot be completed; `field` says what is missing: disposition or reason."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} is missing")
        self.field = field


class SecuringDuties(Exception):
    """A draft cannot be discarded: its answers ask for these duties, which nothing else holds."""

    def __init__(self, duties: Collection[Duty]) -> None:
        super().__init__("duties are open")
        self.duties = [duty for duty in Duty if duty in duties]


@dataclass(frozen=True)
class Choice:
    """The handler's decision. Duties have no order; a choice other than the proposal needs a `reason`."""

    disposition: Disposition
    urgency: Urgency
    duties: frozenset[Duty]
    reason: str = ""

    @classmethod
    def as_proposed(cls, proposal: Proposal) -> Choice:
        return cls(proposal.disposition, proposal.urgency, proposal.duties)

    def with_its_duty(self, proposal: Proposal) -> Choice:
        """The choice with the duty that its disposition (security, child protection, emergency) always brings."""
        duty = DUTY_OF_DISPOSITION.get(self.disposition)
        if duty is None or duty in proposal.duties or self.disposition == proposal.disposition:
            return self
        return replace(self, duties=self.duties | {duty})

    def differs_from(self, proposal: Proposal) -> bool:
        proposed = (proposal.disposition, proposal.urgency, proposal.duties)
        return (self.disposition, self.urgency, self.duties) != proposed


@transaction.atomic
def start(*, by: User, contact_id: uuid.UUID) -> Assessment:
    """Return the open assessment of the contact, else the one in force, else a new draft. A repeat returns the same."""
    contact = _lock_contact(by, contact_id)
    known = _current(contact)
    if known:
        return known
    answers = prefill.from_contact(contact)
    provenance = {question: _provenance(by, "contact") for question in answers}
    return _create_draft(by, contact, answers=answers, provenance=provenance)


@transaction.atomic
def supersede(*, by: User, assessment_id: uuid.UUID) -> Assessment:
    """Create a draft with the answers of a completed assessment, which stays in force until the draft is completed.

    Its duties of security and child protection are kept in the draft, whatever is answered there.
    Raises Stale when the assessment is no longer in force. A repeat returns the same draft.
    """
    old = _lock(by, assessment_id)
    known = Assessment.objects.filter(supersedes=old).first()
    if known:
        return known
    if old.state != AssessmentState.COMPLETED:
        raise stale(assessment_id)
    codes = {question.id: question.codes for question in checklist.current().questions.values()}
    answers = prefill.still_valid(old.answers, codes)
    provenance = {question: {**old.provenance[question], "from": str(old.pk)} for question in answers}
    standing = _codes(old.securing_duties)
    taken_over = {"answers": answers, "provenance": provenance, "notes": old.notes, "duties": standing}
    return _create_draft(by, old.contact, supersedes=old, **taken_over)


def answer(
    *, by: User, assessment_id: uuid.UUID, question_id: str, answer: str | Sequence[str], version: int
) -> Assessment:
    """Save one answer: see `answer_several`."""
    return answer_several(by=by, assessment_id=assessment_id, answers={question_id: answer}, version=version)


@transaction.atomic
def answer_several(
    *, by: User, assessment_id: uuid.UUID, answers: Mapping[str, str | Sequence[str]], version: int
) -> Assessment:
    """Save answers; an empty value deletes an answer. Raises AnswerError, and Stale when the assessment has changed.

    A browser that lost the reply sends the same values again; that is not Stale.
    """
    assessment = _lock(by, assessment_id)
    values = {question: _known(assessment, question, given) for question, given in answers.items()}
    changed = {question: value for question, value in values.items() if assessment.answers.get(question) != value}
    if not changed:
        return assessment
    said = {question: _provenance(by) for question in changed}
    kept = {question: value for question, value in {**assessment.answers, **changed}.items() if value is not None}
    provenance = {key: value for key, value in {**assessment.provenance, **said}.items() if key in kept}
    _save_draft(assessment, version, answers=kept, provenance=provenance)
    _record_edit(by, assessment)
    return assessment


@transaction.atomic
def note(*, by: User, assessment_id: uuid.UUID, about: str, text: str, version: int) -> Assessment:
    """Save free text about a question or section. Raises ValueError for any other id, and Stale."""
    assessment = _lock(by, assessment_id)
    sections = {section.id for section in assessment.checklist.sections}
    if about not in sections | assessment.checklist.questions.keys():
        raise ValueError(f"nothing to note about '{about}'")
    if assessment.notes.get(about, "") == text:
        return assessment
    notes = {key: value for key, value in {**assessment.notes, about: text}.items() if value}
    _save_draft(assessment, version, secret={"notes": notes})
    _record_edit(by, assessment)
    return assessment


@transaction.atomic
def complete(*, by: User, assessment_id: uuid.UUID, version: int, choice: Choice | None = None) -> Assessment:
    """Complete the assessment with the proposal, computed again here, or with another choice and its reason.

    A choice that drops a protection, or a duty kept from an earlier assessment, waits for a coordinator.
    Raises ChoiceError and Stale; a repeat has no effect.
    """
    assessment = _lock(by, assessment_id)
    proposal = assessment.proposal()
    choice = (choice or Choice.as_proposed(proposal)).with_its_duty(proposal)
    if _is_repeat(assessment, by, choice):
        return assessment
    _check(choice, proposal)
    needed = sorted(second_person_for(proposal, choice.disposition, choice.duties))
    state = AssessmentState.WAITING_CONFIRMATION if needed else AssessmentState.COMPLETED
    if state == AssessmentState.COMPLETED:
        _retire_previous(by, assessment)
    secret = {"override_reason": choice.reason if choice.differs_from(proposal) else ""}
    decided = {**_decision_fields(by, choice, proposal), "second_person_for": needed}
    _save_draft(assessment, version, to=state, secret=secret, **decided)
    _record(ASSESSMENT_COMPLETED if not needed else ASSESSMENT_WAITING, by, assessment, _facts(assessment))
    return assessment


@transaction.atomic
def discard(*, by: User, assessment_id: uuid.UUID, version: int, reason: str = "") -> Assessment:
    """Discard a draft that was started by mistake. The assessment that it would have superseded stays in force.

    If the answers ask for a duty of security or child protection that no assessment in force has, only a coordinator
    may discard it, with a reason; raises SecuringDuties for others. Raises NotAllowed for a draft that a coordinator
    sent back, and Stale; a repeat has no effect.
    """
    assessment = _lock(by, assessment_id)
    if assessment.state == AssessmentState.DISCARDED:
        return assessment
    if assessment.was_sent_back:
        raise NotAllowed(Permission.TRIAGE_ASSESS)
    duties = duties_lost(assessment) if assessment.is_draft else frozenset()
    if duties and not (can(by, Permission.TRIAGE_CONFIRM, assessment.centre_id) and reason.strip()):
        raise SecuringDuties(duties)
    old = assessment.supersedes_id
    secret = {"review_note": reason.strip()} if duties else {}
    _save_draft(assessment, version, to=AssessmentState.DISCARDED, supersedes=None, secret=secret)
    facts = {"contact": str(assessment.contact_id), "supersedes": str(old) if old else None, "duties": _codes(duties)}
    _record(ASSESSMENT_DISCARDED, by, assessment, facts)
    return assessment


@transaction.atomic
def confirm(*, by: User, assessment_id: uuid.UUID, version: int, note: str = "") -> Assessment:
    """Confirm the choice as the second person, a coordinator. Raises NotAllowed and Stale; a repeat has no effect."""
    assessment = _lock_to_review(by, assessment_id)
    if assessment.state == AssessmentState.COMPLETED and assessment.confirmed_by_id == by.pk:
        return assessment
    _check_review(by, assessment, version)
    _retire_previous(by, assessment)
    confirmed = {"confirmed_at": timezone.now(), "confirmed_by": by}
    _move(assessment, AssessmentState.COMPLETED, secret={"review_note": note}, **confirmed)
    _record(ASSESSMENT_CONFIRMED, by, assessment, _facts(assessment), _handler(assessment))
    return assessment


@transaction.atomic
def send_back(*, by: User, assessment_id: uuid.UUID, version: int, note: str) -> Assessment:
    """Return the assessment to the handler as a draft, with a note. Raises NotAllowed and Stale.

    Duties of security and child protection that were proposed or chosen are kept from then on, whatever is answered.
    """
    assessment = _lock_to_review(by, assessment_id)
    _check_review(by, assessment, version)
    tell = _handler(assessment)
    undone = {"disposition": Disposition.OPEN, "urgency": Urgency.STANDARD, "second_person_for": []}
    undone["duties"] = _codes(assessment.securing_duties)
    ended = {"completed_at": None, "completed_by": None}
    _move(assessment, AssessmentState.DRAFT, secret={"review_note": note}, **undone, **ended)
    _record(ASSESSMENT_SENT_BACK, by, assessment, tell=tell)
    return assessment


def duties_lost(draft: Assessment) -> frozenset[Duty]:
    """Duties of security and child protection that would end with this draft."""
    held = set(draft.supersedes.duties) if draft.supersedes else set()
    return frozenset(duty for duty in draft.proposal().duties & SECURING_DUTIES if duty.value not in held)


def _lock_contact(by: User, contact_id: uuid.UUID) -> Contact:
    contact = Contact.objects.select_for_update(no_key=True).filter(pk=contact_id).first()
    if contact is None or not may_write_contact(by, contact):
        raise NotAllowed(Permission.TRIAGE_ASSESS)
    return contact


def _lock(by: User, assessment_id: uuid.UUID) -> Assessment:
    locked = Assessment.objects.select_for_update(no_key=True, of=("self",)).select_related("contact")
    assessment = locked.filter(pk=assessment_id).first()
    if assessment is None or not may_write(by, assessment):
        raise NotAllowed(Permission.TRIAGE_ASSESS)
    return assessment


def _lock_to_review(by: User, assessment_id: uuid.UUID) -> Assessment:
    assessment = _lock(by, assessment_id)
    if assessment.completed_by_id == by.pk or not by.can_in_any(Permission.TRIAGE_CONFIRM):
        raise NotAllowed(Permission.TRIAGE_CONFIRM)
    return assessment


def _check_review(by: User, assessment: Assessment, version: int) -> None:
    if assessment.state != AssessmentState.WAITING_CONFIRMATION or assessment.version != version:
        raise stale(assessment.pk)
    if not may_confirm(by, assessment):
        raise NotAllowed(Permission.TRIAGE_CONFIRM)


def _current(contact: Contact) -> Assessment | None:
    ours = Assessment.objects.of_contact(contact.pk).select_related("contact")
    return ours.open().first() or ours.in_force().first()


def _create_draft(by: User, contact: Contact, **content: Any) -> Assessment:
    newest = checklist.current()
    assessment = Assessment(
        contact=contact,
        centre_id=contact.centre_id,
        data_key_id=contact.data_key_id,
        checklist_id=newest.id,
        checklist_version=newest.version,
        checklist_digest=newest.digest,
        created_by=by,
        **content,
    )
    assessment.save(force_insert=True)
    old = assessment.supersedes_id
    _record(ASSESSMENT_STARTED, by, assessment, {"checklist": newest.name, "supersedes": str(old) if old else None})
    return assessment


def _provenance(by: User, taken_from: str = "") -> dict[str, Any]:
    said = {"by": by.pk, "at": timezone.now().isoformat(timespec="seconds")}
    return {**said, "from": taken_from} if taken_from else said


def _normalised_answer(question: Question, given: str | Sequence[str]) -> str | list[str] | None:
    """The answer as it is stored: codes in the checklist's order, None for no answer."""
    codes = normalised(question, given)
    ordered = [code for code in question.codes if code in codes]
    if not ordered:
        return None
    return ordered if question.takes_many else ordered[0]


def _save_draft(
    assessment: Assessment, version: int, *, to: AssessmentState = AssessmentState.DRAFT, **values: Any
) -> None:
    """Raises Stale unless the assessment is still the draft that the actor saw."""
    if assessment.version != version or not assessment.is_draft:
        raise stale(assessment.pk)
    _move(assessment, to, **values)


def _move(assessment: Assessment, to: AssessmentState, *, secret: dict[str, Any] | None = None, **values: Any) -> None:
    """Update the row if state and version are still those that were read. `secret`: encrypted fields. Raises Stale."""
    source = AssessmentState(assessment.state)
    if to != source and to not in TRANSITIONS[source]:
        raise stale(assessment.pk)
    secret = secret or {}
    sealed = {name: _encrypted(assessment, name, value) for name, value in secret.items()}
    seen = Assessment.objects.filter(pk=assessment.pk, state=assessment.state, version=assessment.version)
    if not seen.update(state=to, version=F("version") + 1, **values, **sealed):
        raise stale(assessment.pk)
    now = {**values, **secret, "state": to, "version": assessment.version + 1}
    for name, value in now.items():
        setattr(assessment, name, value)


def _encrypted(assessment: Assessment, name: str, value: Any) -> Any:
    field = Assessment._meta.get_field(name)
    assert isinstance(field, EncryptedField)
    return field.seal(assessment, value) if value else None


def _check(choice: Choice, proposal: Proposal) -> None:
    if choice.disposition == Disposition.OPEN:
        raise ChoiceError("disposition")
    if choice.differs_from(proposal) and not choice.reason.strip():
        raise ChoiceError("reason")


def _is_repeat(assessment: Assessment, by: User, choice: Choice) -> bool:
    same = (assessment.disposition, assessment.urgency) == (choice.disposition.value, choice.urgency.value)
    same = same and set(assessment.duties) == {duty.value for duty in choice.duties}
    return same and not assessment.is_draft and assessment.completed_by_id == by.pk


def _decision_fields(by: User, choice: Choice, proposal: Proposal) -> dict[str, Any]:
    return {
        "proposed_disposition": proposal.disposition,
        "proposed_urgency": proposal.urgency,
        "proposed_duties": _codes(proposal.duties),
        "services": sorted(proposal.services),
        "reasons": [
            {"rule": reason.rule_id, "effect": f"{reason.effect.kind}:{reason.effect.code}", "answers": reason.answers}
            for reason in proposal.reasons
        ],
        "disposition": choice.disposition,
        "urgency": choice.urgency,
        "duties": _codes(choice.duties),
        "completed_at": timezone.now(),
        "completed_by": by,
    }


def _codes(duties: Collection[Duty]) -> list[str]:
    return [duty.value for duty in Duty if duty in duties]


def _retire_previous(by: User, assessment: Assessment) -> None:
    """Supersede the assessment in force, in the transaction that completes the new one: only one may be in force."""
    old = assessment.supersedes
    if old is None:
        return
    in_force = Assessment.objects.filter(pk=old.pk, state=AssessmentState.COMPLETED)
    if in_force.update(state=AssessmentState.SUPERSEDED):
        _record(ASSESSMENT_SUPERSEDED, by, old, {"by": str(assessment.pk)})


def _handler(assessment: Assessment) -> tuple[str, ...]:
    to = assessment.completed_by_id or assessment.created_by_id
    return (organisation_group(assessment.centre_id), user_group(to))


def _facts(assessment: Assessment) -> dict[str, Any]:
    """The event data that the timeline shows for a completed triage."""
    return {
        "checklist": f"{assessment.checklist_id}-{assessment.checklist_version}",
        "disposition": assessment.disposition,
        "contact": str(assessment.contact_id),
    }


def _known(assessment: Assessment, question_id: str, answer: str | Sequence[str]) -> str | list[str] | None:
    question = assessment.checklist.questions.get(question_id)
    if question is None:
        raise AnswerError(question_id, answer)
    return _normalised_answer(question, answer)


def _record_edit(by: User, assessment: Assessment) -> None:
    """Write one event for consecutive edits by one person; `provenance` says who gave which answer, and when."""
    last = Event.objects.filter(subject=assessment.pk).newest_first().first()
    if last is None or last.kind != ASSESSMENT_EDITED.code or last.actor_id != by.pk:
        _record(ASSESSMENT_EDITED, by, assessment, tell=())


def _record(
    kind: EventKind,
    by: User,
    assessment: Assessment,
    data: dict[str, Any] | None = None,
    tell: tuple[str, ...] | None = None,
) -> None:
    groups = (organisation_group(assessment.centre_id),) if tell is None else tell
    record(kind, by=by, subject=assessment.pk, centre=assessment.centre_id, data=data, tell=groups)
