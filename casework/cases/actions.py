"""All writes to cases."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import NewEvent, record_all
from foundation.journal.models import Look
from foundation.journal.stale import Stale, stale
from foundation.privacy.compiled import Given, compiled
from foundation.privacy.event_kinds import EventKind
from hotline.contacts.models import Contact
from hotline.contacts.permissions import may_write as may_write_contact
from triage import actions as triage
from triage.models import Assessment
from triage.states import AssessmentState

from .closing_needs import Check, NotReady, needs_of
from .events import (
    CASE_ASSIGNED,
    CASE_CLOSED,
    CASE_CONTACT_LINKED,
    CASE_MONITORED,
    CASE_NOTE_ADDED,
    CASE_OPENED,
    CASE_REASSESSED,
    CASE_REASSESSMENT_DUE,
    CASE_RELEASED,
    CASE_RENAMED,
    CASE_REOPENED,
    CASE_TAKEN,
)
from .locking import lock_case_to_write
from .models import Case, CaseContact, Note, Responsibility
from .open_duties import OpenDuties, duties_of_contacts, open_duties
from .opening import opens_case
from .permissions import may_assign, may_write
from .reopening import follow_reopening
from .states import NOT_CLOSED, TRANSITIONS, CaseState
from .vocabulary import CloseReason, ReopenCause
from .work_actions import drop_with_case


@transaction.atomic
def open_case(*, by: User, assessment: Assessment) -> Case:
    """Open the case that follows from a completed assessment.

    The contact's handler becomes responsible, and the caller's contact person. If the contact belongs to a case
    already, that case gets disposition and urgency of the newer assessment, and is reopened if it is not open.
    Raises NotAllowed if the assessment is not completed, leads to no case, or to one that the actor may not see.
    """
    case = _open_or_find(by, assessment, _lock_contact(assessment))
    if case is None:
        raise NotAllowed(Permission.CASE_READ)
    return case


def _lock_contact(assessment: Assessment) -> Contact | None:
    return Contact.objects.select_for_update(no_key=True).filter(pk=assessment.contact_id).first()


def _open_or_find(
    by: User, assessment: Assessment, contact: Contact | None, events: Sequence[NewEvent] = ()
) -> Case | None:
    """Returns None if the contact is in a case that the actor may not see; an event tells that case's people.

    ``contact``: locked. ``events``: of the triage, which are written first.
    """
    require(by, Permission.TRIAGE_ASSESS, assessment.centre_id)
    if contact is None or not may_write_contact(by, contact):
        raise NotAllowed(Permission.CASE_READ)
    if assessment.state != AssessmentState.COMPLETED or not opens_case(assessment):
        raise NotAllowed(Permission.CASE_READ)
    link = _link_of.one(contact.pk)
    if link is None:
        return _create(by, contact, assessment, events)
    record_all(events, by=by)
    return _reassess(by, link, assessment)


@compiled
def _link_of(contact: Given) -> QuerySet[CaseContact]:
    return CaseContact.objects.filter(contact=contact)


def _create(by: User, contact: Contact, assessment: Assessment, events: Sequence[NewEvent]) -> Case:
    case = Case(centre_id=assessment.centre_id, data_key_id=contact.data_key_id, assessment=assessment, opened_by=by)
    case.contact_person = case.responsible_user = _contact_person(by, contact)
    case.responsible_organisation_id = case.centre_id
    case.region_id = contact.region_id
    case.label = contact.label
    case.disposition = assessment.disposition
    case.urgency = assessment.urgency
    case.save(force_insert=True)  # a trigger adds its first responsibility and its contact
    opened = _event(CASE_OPENED, case.pk, case.centre_id, _decided(case), also=(user_group(case.contact_person_id),))
    record_all([*events, opened], by=by)
    return case


def _contact_person(by: User, contact: Contact) -> User:
    """The contact's handler; if a colleague completed a contact for that handler, the colleague."""
    if contact.handler_id == by.pk or not may_assign(by, contact.centre_id):
        return by
    handler = contact.handler
    return handler if handler and handler.is_active else by


def _reassess(by: User, link: CaseContact, assessment: Assessment) -> Case | None:
    case = Case.objects.select_for_update(no_key=True).filter(pk=link.case_id).first()
    if case is None or not may_write(by, case):
        _record_for(CASE_REASSESSMENT_DUE, by, link.case_id, assessment.centre_id, {"assessment": str(assessment.pk)})
        return None
    if case.assessment_id == assessment.pk or _is_older(assessment, case.assessment):
        return case
    case.assessment = assessment
    case.disposition = assessment.disposition
    case.urgency = assessment.urgency
    case.version += 1
    case.save(update_fields=["assessment", "disposition", "urgency", "version"])
    _record(CASE_REASSESSED, by, case, _decided(case))
    if not case.is_open:
        reopen_case(by=by, case_id=case.pk, cause=ReopenCause.NEW_INFORMATION)
        case.refresh_from_db()
    return case


def _is_older(assessment: Assessment, other: Assessment) -> bool:
    """A repeated post of an earlier assessment must not undo a later one."""
    ends = assessment.completed_at, other.completed_at
    return ends[0] is None or (ends[1] is not None and ends[0] < ends[1])


@transaction.atomic
def assign_case(*, by: User, case_id: uuid.UUID, to: User | None, seen: uuid.UUID) -> None:
    """Make somebody of the centre responsible, or nobody; only coordinators. The responsible person may give it back.

    ``seen``: the responsibility that the page showed. Raises Stale if it has changed, or a partner is responsible, who
    has to return the case. A repeat has no effect.
    """
    case = lock_case_to_write(by, case_id)
    current = _current(case)
    if not may_assign(by, case.centre_id) and (to is not None or current.user_id != by.pk):
        raise NotAllowed(Permission.CASE_ASSIGN)
    if to is not None:
        require(to, Permission.CASE_READ, case.centre_id)
    if current.organisation_id != case.centre_id:
        raise stale(case_id)
    if current.user_id == (to.pk if to else None):
        return
    if current.pk != seen or case.state not in NOT_CLOSED:
        raise stale(case_id)
    _tell_transfer(by, case, to, CASE_ASSIGNED if to else CASE_RELEASED)


@transaction.atomic
def take_case(*, by: User, case_id: uuid.UUID) -> None:
    """Take a case without a responsible person. Raises Stale if somebody else took it first. A repeat has no effect."""
    case = Case.objects.select_for_update(no_key=True).filter(pk=case_id).first()
    if case is None or not may_write(by, case):
        raise _lost_race(by, case_id)
    require(by, Permission.CASE_READ, case.centre_id)
    current = _current(case)
    if current.user_id == by.pk:
        return
    if current.user_id is not None or current.organisation_id != case.centre_id or case.state not in NOT_CLOSED:
        raise stale(case_id)
    _tell_transfer(by, case, by, CASE_TAKEN)


def _lost_race(by: User, case_id: uuid.UUID) -> Exception:
    """Stale for actors who could see the case until now; NotAllowed for others, who must not learn that it exists."""
    had_seen = Look.objects.filter(actor=by, subject=case_id, what="case.read").exists()
    return Stale(case_id, []) if had_seen else NotAllowed(Permission.CASE_READ)


def _current(case: Case) -> Responsibility:
    return Responsibility.objects.current().get(case=case)


def _tell_transfer(by: User, case: Case, to: User | None, kind: EventKind) -> None:
    transfer(by=by, case_id=case.pk, organisation=case.centre, to=to)
    also = (user_group(to.pk),) if to else ()
    _record(kind, by, case, {"to": to.pk} if to else {}, also=also)


def transfer(*, by: User, case_id: uuid.UUID, organisation: Organisation, to: User | None) -> Responsibility:
    """Move responsibility: end the current row and insert the next. Called by actions that write their own event.

    The database allows one current row per case, and lets a partner change only cases that it was offered.
    """
    now = timezone.now()
    if not Responsibility.objects.current().filter(case_id=case_id).update(until=now):
        raise stale(case_id)
    responsibility = Responsibility(case_id=case_id, organisation=organisation, user=to, since=now, given_by=by)
    responsibility.save(force_insert=True)
    return responsibility


@transaction.atomic
def link_contact(*, by: User, case_id: uuid.UUID, contact: Contact) -> None:
    """Add another contact about the same person; always a decision of a person. A repeat has no effect.

    A case that is not open is reopened for a contact with a duty of security or child protection. Raises Stale if the
    contact belongs to another case.
    """
    case = lock_case_to_write(by, case_id)
    locked = Contact.objects.select_for_update(no_key=True).filter(pk=contact.pk, centre=case.centre_id).first()
    if locked is None or not may_write_contact(by, locked):
        raise NotAllowed(Permission.CONTACT_LOG)
    link = CaseContact.objects.filter(contact=locked).first()
    if link is None:
        CaseContact(contact=locked, case=case, linked_by=by).save(force_insert=True)
        _record(CASE_CONTACT_LINKED, by, case, {"contact": str(contact.pk), "number": locked.number})
        if not case.is_open and duties_of_contacts([locked.pk]):
            reopen_case(by=by, case_id=case.pk, cause=ReopenCause.NEW_CONTACT)
    elif link.case_id != case.pk:
        raise stale(case_id)


@transaction.atomic
def add_note(*, by: User, note_id: uuid.UUID, case_id: uuid.UUID, text: str) -> Note:
    """Add a note; a repeated post adds no second one."""
    case = lock_case_to_write(by, case_id)
    known = Note.objects.filter(pk=note_id, case=case).first()
    if known:
        return known
    note = Note(pk=note_id, case=case, data_key_id=case.data_key_id, text=text, written_by=by)
    note.save(force_insert=True)
    _record(CASE_NOTE_ADDED, by, case, {"note": str(note.pk)})
    return note


@transaction.atomic
def rename_case(*, by: User, case_id: uuid.UUID, version: int, label: str) -> None:
    """Change the working title. It is searchable, so it must not contain names. Raises Stale."""
    case = lock_case_to_write(by, case_id)
    if case.label == label:
        return
    if not Case.objects.filter(pk=case.pk, version=version).update(label=label, version=F("version") + 1):
        raise stale(case_id)
    _record(CASE_RENAMED, by, case)


@transaction.atomic
def mark_closed(
    *, by: User, case_id: uuid.UUID, reason: CloseReason | None = None, met: Collection[Check] = ()
) -> None:
    """Mark the case as closed. Called by handoff, which first withdraws offers.

    ``reason``: None for a monitored case, whose reason stands. ``met``: what the caller has checked itself.

    Raises Stale while a partner is responsible, or without a reason if the case is open. A repeat has no effect.

    Raises OpenDuties while a protected duty is open, and NotReady with what else has to be done first; other open
    actions are dropped with the case.
    """
    case = lock_case_to_write(by, case_id)
    if case.is_closed:
        return
    said = case.close_reason or reason
    if not said:
        raise stale(case_id)
    _end_work(by, case, met)
    now = timezone.now()
    ended_at = case.work_ended_at or now  # when the monitoring began, if it was monitored
    values = {"closed_at": now, "closed_by": by, "work_ended_at": ended_at, "close_reason": said}
    _move(by, case, CaseState.CLOSED, CASE_CLOSED, values, {"reason": said})


@transaction.atomic
def mark_monitored(*, by: User, case_id: uuid.UUID, reason: CloseReason, met: Collection[Check] = ()) -> None:
    """Mark that the work on an open case is over and that it is monitored. Called by handoff, as ``mark_closed``."""
    case = lock_case_to_write(by, case_id)
    if case.is_monitored:
        return
    _end_work(by, case, met)
    values = {"work_ended_at": timezone.now(), "close_reason": reason}
    _move(by, case, CaseState.MONITORED, CASE_MONITORED, values, {"reason": reason})


def _end_work(by: User, case: Case, met: Collection[Check]) -> None:
    if _current(case).organisation_id != case.centre_id:
        raise stale(case.pk)
    duties = open_duties(case)
    if duties:
        raise OpenDuties(duties)
    needs = needs_of(case, met)
    if needs:
        raise NotReady(needs)
    drop_with_case(by=by, case=case)


@transaction.atomic
def reopen_case(*, by: User, case_id: uuid.UUID, cause: ReopenCause) -> None:
    """Reopen a closed or monitored case, which is possible at any time. A repeat has no effect."""
    case = lock_case_to_write(by, case_id)
    if case.is_open:
        return
    values = {"closed_at": None, "closed_by": None, "work_ended_at": None, "close_reason": ""}
    _move(by, case, CaseState.OPEN, CASE_REOPENED, values, {"cause": cause})
    follow_reopening(by, case_id)


def _move(by: User, case: Case, to: CaseState, kind: EventKind, values: dict[str, Any], data: dict[str, Any]) -> None:
    if case.state == to:
        return
    if to not in TRANSITIONS[CaseState(case.state)]:
        raise stale(case.pk)
    Case.objects.filter(pk=case.pk, state=case.state).update(state=to, version=F("version") + 1, **values)
    _record(kind, by, case, data)


def _decided(case: Case) -> dict[str, Any]:
    return {"disposition": case.disposition, "urgency": case.urgency, "assessment": str(case.assessment_id)}


def _record(
    kind: EventKind, by: User, case: Case, data: dict[str, Any] | None = None, also: tuple[str, ...] = ()
) -> None:
    _record_for(kind, by, case.pk, case.centre_id, data, also)


def _record_for(
    kind: EventKind,
    by: User,
    case_id: uuid.UUID,
    centre: int,
    data: dict[str, Any] | None = None,
    also: tuple[str, ...] = (),
) -> None:
    """Write an event of the case and push it to the centre's open pages."""
    record_all([_event(kind, case_id, centre, data, also)], by=by)


def _event(
    kind: EventKind,
    case_id: uuid.UUID,
    centre: int,
    data: dict[str, Any] | None = None,
    also: tuple[str, ...] = (),
) -> NewEvent:
    tell = (organisation_group(centre), *also)
    return NewEvent(kind=kind, subject=case_id, case=case_id, centre=centre, data=data, tell=tell)


@dataclass(frozen=True)
class TriageResult:
    """The result of a completed triage. ``elsewhere``: its case is one that the actor may not see."""

    assessment: Assessment
    case: Case | None = None
    elsewhere: bool = False


def complete_triage(
    *,
    by: User,
    version: int,
    choice: triage.Choice | None = None,
    assessment_id: uuid.UUID | None = None,
    contact_id: uuid.UUID | None = None,
) -> TriageResult:
    """Complete a triage and open the case that follows, in one transaction. A repeat returns the same case.

    ``contact_id``: of a page that may show no assessment yet, as for ``triage.complete``.
    """
    done, events = triage.decide(by, assessment_id, contact_id, version, choice)
    in_force: Assessment | None = done
    if done.state != AssessmentState.COMPLETED:
        # While a new triage waits for its second person, the previous one is in force and decides about the case.
        in_force = Assessment.objects.in_force().filter(contact=done.contact_id, completed_by=by).first()
    if in_force is None or not opens_case(in_force):
        record_all(events, by=by)
        return TriageResult(done)
    contact = done.contact if contact_id else _lock_contact(done)
    case = _open_or_find(by, in_force, contact, events)
    return TriageResult(done, case, elsewhere=case is None)


def confirm_triage(*, by: User, assessment_id: uuid.UUID, version: int, note: str = "") -> TriageResult:
    """Confirm a triage as the second person and open the case that follows, in one transaction."""
    return follow_triage(
        by=by, assessment=triage.confirm(by=by, assessment_id=assessment_id, version=version, note=note)
    )


def follow_triage(*, by: User, assessment: Assessment) -> TriageResult:
    """Open the case that follows from a completed or confirmed triage. Called in the same transaction."""
    if assessment.state != AssessmentState.COMPLETED or not opens_case(assessment):
        return TriageResult(assessment)
    case = _open_or_find(by, assessment, _lock_contact(assessment))
    return TriageResult(assessment, case, elsewhere=case is None)
