"""All writes to assessments."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, can
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import NewEvent, record_all
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind
from foundation.privacy.fields import EncryptedField
from hotline.contacts.actions import take_contact
from hotline.contacts.states import FINISHED
from regions.recent_calendars import recent_calendar

from . import checklist
from .due_times import due_times
from .engine.answers import AnswerError, Answers, normalised, still_valid
from .engine.questionnaire import Question
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
from .locking import current, lock, lock_contact, lock_shown, new_draft, said_by, unsaved_draft
from .models import Assessment
from .permissions import may_confirm
from .rules import Proposal, propose, second_person_for
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


def start(*, by: User, contact_id: uuid.UUID) -> Assessment:
    """Return the open assessment of the contact, else the one in force, else a new draft. A repeat returns the same."""
    contact = lock_contact(by, contact_id)
    known = current(contact)
    if known:
        return known
    assessment = new_draft(by, contact)
    assessment.save(force_insert=True)
    record_all([_started(assessment)], by=by)
    return assessment


def supersede(*, by: User, assessment_id: uuid.UUID) -> Assessment:
    """Create a draft with the answers of a completed assessment, which stays in force until the draft is completed.

    Its duties of security and child protection are kept in the draft, whatever is answered there.
    Raises Stale when the assessment is no longer in force. A repeat returns the same draft.
    """
    old = lock(by, assessment_id)
    known = Assessment.objects.filter(supersedes=old).first()
    if known:
        return known
    if old.state != AssessmentState.COMPLETED:
        raise stale(assessment_id)
    answers = still_valid(checklist.current(), old.answers)
    provenance = {question: {**old.provenance[question], "from": str(old.pk)} for question in answers}
    standing = _codes(old.securing_duties)
    taken_over = {"answers": answers, "provenance": provenance, "notes": old.notes, "duties": standing}
    assessment = unsaved_draft(by, old.contact, supersedes=old, **taken_over)
    assessment.save(force_insert=True)
    record_all([_started(assessment)], by=by)
    return assessment


def answer(
    *, by: User, assessment_id: uuid.UUID, question_id: str, answer: str | Sequence[str], version: int
) -> Assessment:
    """Save one answer: see `answer_several`."""
    return answer_several(by=by, assessment_id=assessment_id, answers={question_id: answer}, version=version)


def answer_several(
    *,
    by: User,
    answers: Answers,
    version: int,
    assessment_id: uuid.UUID | None = None,
    contact_id: uuid.UUID | None = None,
    before: Answers | None = None,
) -> Assessment:
    """Save answers; an empty value deletes an answer. Raises AnswerError, and Stale when the assessment has changed.

    A browser that lost the reply sends the same values again; that is not Stale. ``contact_id``: as in `lock_shown`.
    ``before``: the answers of a request whose reply the page has not seen; they are saved too unless they are already.
    """
    assessment, version = lock_shown(by, assessment_id, contact_id, version)
    earlier = _normalised_answers(assessment, before or {})
    if earlier and assessment.version == version + 1 and not _changed(assessment, earlier):
        version = assessment.version
    changed = _changed(assessment, {**earlier, **_normalised_answers(assessment, answers)})
    if not changed:
        _save_new(by, assessment)
        return assessment
    said = {question: said_by(by) for question in changed}
    kept = {question: value for question, value in {**assessment.answers, **changed}.items() if value is not None}
    provenance = {key: value for key, value in {**assessment.provenance, **said}.items() if key in kept}
    _edit(by, assessment, version, answers=kept, provenance=provenance)
    return assessment


def note(
    *,
    by: User,
    about: str,
    text: str,
    version: int,
    assessment_id: uuid.UUID | None = None,
    contact_id: uuid.UUID | None = None,
) -> Assessment:
    """Save free text about a question or section. Raises ValueError for any other id, and Stale."""
    assessment, version = lock_shown(by, assessment_id, contact_id, version)
    sections = {section.id for section in assessment.checklist.sections}
    if about not in sections | assessment.checklist.questions.keys():
        raise ValueError(f"nothing to note about '{about}'")
    if assessment.notes.get(about, "") == text:
        _save_new(by, assessment)
        return assessment
    notes = {key: value for key, value in {**assessment.notes, about: text}.items() if value}
    _edit(by, assessment, version, secret={"notes": notes})
    return assessment


def complete(
    *,
    by: User,
    version: int,
    choice: Choice | None = None,
    assessment_id: uuid.UUID | None = None,
    contact_id: uuid.UUID | None = None,
) -> Assessment:
    """Complete the assessment with the proposal, computed again here, or with another choice and its reason.

    A choice that drops a protection, or a duty kept from an earlier assessment, waits for a coordinator.
    Raises ChoiceError and Stale; a repeat has no effect. ``contact_id``: as in `lock_shown`.
    """
    assessment, events = decide(by, assessment_id, contact_id, version, choice)
    record_all(events, by=by)
    return assessment


def decide(
    by: User,
    assessment_id: uuid.UUID | None,
    contact_id: uuid.UUID | None,
    version: int,
    choice: Choice | None = None,
) -> tuple[Assessment, list[NewEvent]]:
    """Complete as `complete` does, and return the events, which the caller writes together with its own.

    The assessment and its contact are locked, and read: ``assessment.contact``. ``contact_id``: as in `lock_shown`.
    """
    assessment, version = lock_shown(by, assessment_id, contact_id, version, with_contact=True)
    proposal = assessment.proposal()
    choice = (choice or Choice.as_proposed(proposal)).with_its_duty(proposal)
    if _is_repeat(assessment, by, choice):
        return assessment, []
    _check(choice, proposal)
    _check_draft(assessment, version)
    if assessment.contact.state in FINISHED and assessment.contact.surfaced_at:
        assessment.contact = take_contact(by=by, contact_id=assessment.contact_id)
    needed = sorted(second_person_for(proposal, choice.disposition, choice.duties))
    state = AssessmentState.WAITING_CONFIRMATION if needed else AssessmentState.COMPLETED
    events = [_started(assessment)] if assessment._state.adding else []
    if state == AssessmentState.COMPLETED:
        events += _retire_previous(assessment)
    secret = {"override_reason": choice.reason if choice.differs_from(proposal) else ""}
    decided = {**_decision_fields(by, choice, proposal), "second_person_for": needed}
    if state == AssessmentState.COMPLETED:
        decided["duties_due"] = _duties_due(assessment, choice)
    _move(assessment, state, secret=secret, **decided)
    kind = ASSESSMENT_WAITING if needed else ASSESSMENT_COMPLETED
    return assessment, [*events, _event(kind, assessment, _facts(assessment))]


def discard(*, by: User, assessment_id: uuid.UUID, version: int, reason: str = "") -> Assessment:
    """Discard a draft that was started by mistake. The assessment that it would have superseded stays in force.

    If the answers ask for a duty of security or child protection that no assessment in force has, only a coordinator
    may discard it, with a reason; raises SecuringDuties for others. Raises NotAllowed for a draft that a coordinator
    sent back, and Stale; a repeat has no effect.
    """
    assessment = lock(by, assessment_id)
    if assessment.state == AssessmentState.DISCARDED:
        return assessment
    if assessment.was_sent_back:
        raise NotAllowed(Permission.TRIAGE_ASSESS)
    duties = duties_lost(assessment) if assessment.is_draft else frozenset()
    if duties and not (can(by, Permission.TRIAGE_CONFIRM, assessment.centre_id) and reason.strip()):
        raise SecuringDuties(duties)
    old = assessment.supersedes_id
    secret = {"review_note": reason.strip()} if duties else {}
    _check_draft(assessment, version)
    _move(assessment, AssessmentState.DISCARDED, supersedes=None, secret=secret)
    facts = {"contact": str(assessment.contact_id), "supersedes": str(old) if old else None, "duties": _codes(duties)}
    record_all([_event(ASSESSMENT_DISCARDED, assessment, facts)], by=by)
    return assessment


def confirm(*, by: User, assessment_id: uuid.UUID, version: int, note: str = "") -> Assessment:
    """Confirm the choice as the second person, a coordinator. Raises NotAllowed and Stale; a repeat has no effect."""
    assessment = _lock_to_review(by, assessment_id)
    if assessment.state == AssessmentState.COMPLETED and assessment.confirmed_by_id == by.pk:
        return assessment
    _check_review(by, assessment, version)
    events = _retire_previous(assessment)
    choice = Choice(
        Disposition(assessment.disposition), Urgency(assessment.urgency), frozenset(map(Duty, assessment.duties))
    )
    confirmed = {"confirmed_at": timezone.now(), "confirmed_by": by, "duties_due": _duties_due(assessment, choice)}
    _move(assessment, AssessmentState.COMPLETED, secret={"review_note": note}, **confirmed)
    record_all([*events, _event(ASSESSMENT_CONFIRMED, assessment, _facts(assessment), _handler(assessment))], by=by)
    return assessment


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
    record_all([_event(ASSESSMENT_SENT_BACK, assessment, tell=tell)], by=by)
    return assessment


def duties_lost(draft: Assessment, proposal: Proposal | None = None) -> frozenset[Duty]:
    """Duties of security and child protection that would end with this draft, whose ``proposal`` may be known."""
    held = set(draft.supersedes.duties) if draft.supersedes else set()
    proposal = proposal or draft.proposal()
    return frozenset(duty for duty in proposal.duties & SECURING_DUTIES if duty.value not in held)


def _lock_to_review(by: User, assessment_id: uuid.UUID) -> Assessment:
    assessment = lock(by, assessment_id)
    if assessment.completed_by_id == by.pk or not by.can_in_any(Permission.TRIAGE_CONFIRM):
        raise NotAllowed(Permission.TRIAGE_CONFIRM)
    return assessment


def _check_review(by: User, assessment: Assessment, version: int) -> None:
    if assessment.state != AssessmentState.WAITING_CONFIRMATION or assessment.version != version:
        raise stale(assessment.pk)
    if not may_confirm(by, assessment):
        raise NotAllowed(Permission.TRIAGE_CONFIRM)


def _normalised_answer(question: Question, given: str | Sequence[str]) -> str | list[str] | None:
    """The answer as it is stored: codes in the checklist's order, None for no answer."""
    codes = normalised(question, given)
    ordered = [code for code in question.codes if code in codes]
    if not ordered:
        return None
    return ordered if question.takes_many else ordered[0]


def _normalised_answers(assessment: Assessment, given: Answers) -> dict[str, str | list[str] | None]:
    return {question: _known(assessment, question, answer) for question, answer in given.items()}


def _changed(assessment: Assessment, values: dict[str, str | list[str] | None]) -> dict[str, str | list[str] | None]:
    return {question: value for question, value in values.items() if assessment.answers.get(question) != value}


def _check_draft(assessment: Assessment, version: int) -> None:
    """Raises Stale unless the assessment is still the draft that the actor saw."""
    if assessment.version != version or not assessment.is_draft:
        raise stale(assessment.pk)


def _edit(by: User, assessment: Assessment, version: int, **values: Any) -> None:
    """Save a draft. One event stands for consecutive edits by one person; `provenance` says who answered what, when."""
    _check_draft(assessment, version)
    events = [_started(assessment)] if assessment._state.adding else []
    _move(assessment, AssessmentState.DRAFT, **values)
    if getattr(assessment, "last_editor", None) != by.pk:  # a new draft has none
        events.append(_event(ASSESSMENT_EDITED, assessment, tell=()))
    record_all(events, by=by)


def _save_new(by: User, assessment: Assessment) -> None:
    """Store a draft that is new and has nothing to change."""
    if assessment._state.adding:
        assessment.save(force_insert=True)
        record_all([_started(assessment)], by=by)


def _move(assessment: Assessment, to: AssessmentState, *, secret: dict[str, Any] | None = None, **values: Any) -> None:
    """Update the row if state and version are still those that were read. `secret`: encrypted fields. Raises Stale."""
    source = AssessmentState(assessment.state)
    if to != source and to not in TRANSITIONS[source]:
        raise stale(assessment.pk)
    secret = secret or {}
    if to == AssessmentState.DRAFT and values.keys() & {"answers", "duties"}:
        values["draft_duties"] = assessment.duties_asked(values.get("answers"), values.get("duties"))
    now = {**values, **secret, "state": to, "version": assessment.version + 1}
    if not assessment._state.adding:
        sealed = {name: _encrypted(assessment, name, value) for name, value in secret.items()}
        seen = Assessment.objects.filter(pk=assessment.pk, state=assessment.state, version=assessment.version)
        if not seen.update(state=to, version=F("version") + 1, **values, **sealed):
            raise stale(assessment.pk)
    for name, value in now.items():
        setattr(assessment, name, value)
    if assessment._state.adding:
        assessment.save(force_insert=True)


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
        "find_out": list(proposal.find_out),
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


def _duties_due(assessment: Assessment, choice: Choice) -> dict[str, list[str]]:
    """What this decision brings anew: duties that the superseded one had not, or that changed answers ask for again."""
    old = assessment.supersedes
    held = set(old.duties) if old else set()
    asked = (
        propose(assessment.checklist, assessment.answers).duties if old and old.answers != assessment.answers else ()
    )
    duties = [duty for duty in choice.duties if duty not in held or duty in asked]
    if not duties:
        return {}
    now = timezone.now()
    times = due_times(duties, choice.urgency, now, recent_calendar(assessment.centre_id, now))
    return {str(duty): [moment.isoformat() for moment in moments] for duty, moments in times.items()}


def _codes(duties: Collection[Duty]) -> list[str]:
    return [duty.value for duty in Duty if duty in duties]


def _retire_previous(assessment: Assessment) -> list[NewEvent]:
    """Supersede the assessment in force, in the transaction that completes the new one: only one may be in force."""
    old = assessment.supersedes
    if old is None:
        return []
    in_force = Assessment.objects.filter(pk=old.pk, state=AssessmentState.COMPLETED)
    if not in_force.update(state=AssessmentState.SUPERSEDED):
        return []
    return [_event(ASSESSMENT_SUPERSEDED, old, {"by": str(assessment.pk)})]


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


def _started(assessment: Assessment) -> NewEvent:
    name, old = f"{assessment.checklist_id}-{assessment.checklist_version}", assessment.supersedes_id
    return _event(ASSESSMENT_STARTED, assessment, {"checklist": name, "supersedes": str(old) if old else None})


def _event(
    kind: EventKind, assessment: Assessment, data: dict[str, Any] | None = None, tell: tuple[str, ...] | None = None
) -> NewEvent:
    groups = (organisation_group(assessment.centre_id),) if tell is None else tell
    return NewEvent(kind=kind, subject=assessment.pk, centre=assessment.centre_id, data=data, tell=groups)
