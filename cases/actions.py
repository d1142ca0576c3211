"""Every write to a case."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Organisation, User
from accounts.permissions import NotAllowed, require
from accounts.roles import Permission
from hotline.models import Contact
from journal.actions import record
from journal.groups import organisation_group, user_group
from journal.numbers import next_number
from journal.stale import stale
from triage.models import Assessment
from triage.states import AssessmentState
from triage.vocabulary import Disposition, Duty

from .models import Case, CaseContact, Note, Responsibility
from .permissions import may_write
from .states import TRANSITIONS, CaseState

#: Dispositions that are work for somebody. Advice ends with the contact; "verify first" is work too: somebody verifies.
OPENS_CASE = frozenset(set(Disposition.values) - {Disposition.OPEN, Disposition.ADVICE})


def opens_case(assessment: Assessment) -> bool:
    """Standing cases (return from a conflict area, release from prison) always lead to an individual case."""
    return (
        assessment.disposition in OPENS_CASE
        or Duty.INDIVIDUAL_CASE in assessment.duties
    )


@transaction.atomic
def open_case(*, by: User, assessment: Assessment) -> Case:
    """Open the case that a completed assessment leads to; whoever opens it is responsible.

    A contact that already belongs to a case leads there: its disposition and urgency follow the newer assessment.
    Raises NotAllowed when the assessment is not completed or leads to no case.
    """
    require(by, Permission.TRIAGE_ASSESS, assessment.centre_id)
    if assessment.state != AssessmentState.COMPLETED or not opens_case(assessment):
        raise NotAllowed(Permission.CASE_READ)
    contact = Contact.objects.select_for_update().get(pk=assessment.contact_id)
    linked = CaseContact.objects.filter(contact=contact).select_related("case").first()
    if linked:
        return _reassess(by, linked.case, assessment)
    case = Case(
        centre_id=assessment.centre_id,
        data_key=contact.data_key,
        assessment=assessment,
        opened_by=by,
    )
    case.contact_person_id = contact.handler_id or by.pk
    case.number = next_number("cases_case_number")
    case.region, case.label = contact.region, contact.label
    case.disposition, case.urgency = assessment.disposition, assessment.urgency
    case.save(force_insert=True)
    Responsibility.objects.create(
        case=case,
        organisation_id=case.centre_id,
        user_id=case.contact_person_id,
        given_by=by,
    )
    CaseContact.objects.create(case=case, contact=contact, linked_by=by)
    _record(
        "case.opened",
        by,
        case,
        {
            "disposition": case.disposition,
            "urgency": case.urgency,
            "region": case.region_id,
        },
    )
    return case


def _reassess(by: User, case: Case, assessment: Assessment) -> Case:
    if case.assessment_id == assessment.pk:
        return case
    case.assessment, case.disposition, case.urgency = (
        assessment,
        assessment.disposition,
        assessment.urgency,
    )
    case.version += 1
    case.save(update_fields=["assessment", "disposition", "urgency", "version"])
    _record(
        "case.reassessed",
        by,
        case,
        {"disposition": case.disposition, "urgency": case.urgency},
    )
    return case


@transaction.atomic
def assign_case(*, by: User, case_id: uuid.UUID, to: User) -> None:
    """A coordinator makes somebody of the centre responsible; a handler may take a case that nobody has."""
    case = _lock(by, case_id)
    current = Responsibility.objects.current().get(case=case)
    if by.pk != to.pk or current.user_id is not None:
        require(by, Permission.CASE_ASSIGN, case.centre_id)
    require(to, Permission.CASE_READ, case.centre_id)
    if current.user_id == to.pk:
        return
    transfer(by=by, case_id=case.pk, organisation=case.centre, to=to)
    _record("case.assigned", by, case, {"to": to.pk}, also=(user_group(to.pk),))


def transfer(
    *, by: User, case_id: uuid.UUID, organisation: Organisation, to: User | None
) -> Responsibility:
    """Move responsibility: the current row ends as the next begins. Called by actions that write their own event.

    The database allows one current row a case, and lets a partner move only what it was offered.
    """
    now = timezone.now()
    if not Responsibility.objects.current().filter(case_id=case_id).update(until=now):
        raise stale(case_id)
    responsibility = Responsibility(
        case_id=case_id, organisation=organisation, user=to, since=now, given_by=by
    )
    responsibility.save(force_insert=True)
    return responsibility


@transaction.atomic
def link_contact(*, by: User, case_id: uuid.UUID, contact: Contact) -> None:
    """Another contact about the same person: decided by somebody, never merged silently. A repeat has no effect."""
    case = _lock(by, case_id)
    link, made = CaseContact.objects.get_or_create(
        contact=contact, defaults={"case": case, "linked_by": by}
    )
    if link.case_id != case.pk:
        raise stale(case_id)
    if made:
        _record("case.contact_linked", by, case, {"contact": str(contact.pk)})


@transaction.atomic
def add_note(*, by: User, note_id: uuid.UUID, case_id: uuid.UUID, text: str) -> Note:
    """A repeated post finds the one note."""
    case = _lock(by, case_id)
    known = Note.objects.filter(pk=note_id, case=case).first()
    if known:
        return known
    note = Note(
        pk=note_id, case=case, data_key_id=case.data_key_id, text=text, written_by=by
    )
    note.save(force_insert=True)
    _record("case.note_added", by, case, {"note": str(note.pk)})
    return note


@transaction.atomic
def rename_case(*, by: User, case_id: uuid.UUID, version: int, label: str) -> None:
    """The working title; it is searchable, so it holds no name. Raises Stale."""
    case = _lock(by, case_id)
    if case.label == label:
        return
    if not Case.objects.filter(pk=case.pk, version=version).update(
        label=label, version=F("version") + 1
    ):
        raise stale(case_id)
    _record("case.renamed", by, case)


@transaction.atomic
def close_case(*, by: User, case_id: uuid.UUID) -> None:
    """A repeat has no effect. The joint closing with its criteria and its exit report comes with the case work."""
    _move(by, case_id, CaseState.CLOSED, closed_at=timezone.now(), closed_by=by)


@transaction.atomic
def reopen_case(*, by: User, case_id: uuid.UUID) -> None:
    """A case can be reopened at any time; the family knows that."""
    _move(by, case_id, CaseState.OPEN, closed_at=None, closed_by=None)


def _move(by: User, case_id: uuid.UUID, to: CaseState, **values: object) -> None:
    case = _lock(by, case_id)
    if case.state == to:
        return
    if to not in TRANSITIONS[CaseState(case.state)]:
        raise stale(case_id)
    Case.objects.filter(pk=case.pk, state=case.state).update(
        state=to, version=F("version") + 1, **values
    )
    _record("case.closed" if to == CaseState.CLOSED else "case.reopened", by, case)


def _lock(by: User, case_id: uuid.UUID) -> Case:
    case = Case.objects.select_for_update().filter(pk=case_id).first()
    if case is None or not may_write(by, case):
        raise NotAllowed(Permission.CASE_READ)
    return case


def _record(
    kind: str,
    by: User,
    case: Case,
    data: dict[str, Any] | None = None,
    also: tuple[str, ...] = (),
) -> None:
    tell = (organisation_group(case.centre_id), *also)
    record(
        kind,
        by=by,
        subject=case.pk,
        case=case.pk,
        centre=case.centre_id,
        data=data,
        tell=tell,
    )
