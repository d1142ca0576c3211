"""Reads the assessment of an action and locks it, or makes a new draft, which the action stores."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed, require
from foundation.accounts.roles import Permission
from foundation.journal.models import Event
from foundation.journal.stale import stale
from foundation.privacy.compiled import Given, compiled
from hotline.contacts.models import Contact
from hotline.contacts.permissions import may_write as may_write_contact

from . import checklist, prefill
from .events import ASSESSMENT_EDITED
from .models import Assessment
from .permissions import may_write
from .states import OPEN_OR_IN_FORCE, AssessmentState

#: All of the assessment, and of the contact what tells who may write.
COLUMNS = [field.name for field in Assessment._meta.concrete_fields]
COLUMNS += ["contact__centre", "contact__handler", "contact__surfaced_at"]


def lock_contact(by: User, contact_id: uuid.UUID) -> Contact:
    contact = _locked_contact.one(contact_id)
    if contact is None or not may_write_contact(by, contact):
        raise NotAllowed(Permission.TRIAGE_ASSESS)
    require(by, Permission.TRIAGE_ASSESS, contact.centre_id)
    return contact


def lock_contact_of_step(contact_id: uuid.UUID) -> None:
    """Lock a contact before a step of the worklist."""
    _locked_contact.one(contact_id)


def lock(by: User, assessment_id: uuid.UUID) -> Assessment:
    assessment = _locked.one(assessment_id)
    if assessment is None or not may_write(by, assessment):
        raise NotAllowed(Permission.TRIAGE_ASSESS)
    return assessment


def lock_shown(
    by: User,
    assessment_id: uuid.UUID | None,
    contact_id: uuid.UUID | None,
    version: int,
    *,
    with_contact: bool = False,
) -> tuple[Assessment, int]:
    """The assessment that a page shows, locked, and the version that it shows.

    ``contact_id``: the page's contact. If neither page nor contact has an assessment, it is a new draft, which is not
    stored yet. Raises Stale when the page shows one that was discarded or superseded since. ``with_contact``: lock the
    contact too.
    """
    if contact_id is None:
        if assessment_id is None:
            raise ValueError("neither an assessment nor a contact")
        return lock(by, assessment_id), version
    if assessment_id is None:
        return _of_page_without(by, contact_id, version)
    locked = _locked_with_contact if with_contact else _locked_of_contact
    assessment = locked.one(assessment_id, contact_id)
    if assessment is None:
        lock_contact(by, contact_id)
    elif not may_write(by, assessment):
        raise NotAllowed(Permission.TRIAGE_ASSESS)
    if assessment is None or assessment.state not in OPEN_OR_IN_FORCE:
        raise stale(assessment_id)
    return assessment, version


def _of_page_without(by: User, contact_id: uuid.UUID, version: int) -> tuple[Assessment, int]:
    """For a page that shows no assessment: it was rendered before the start, so it has the first version."""
    contact = lock_contact(by, contact_id)
    assessment = current(contact)
    if assessment is None and version:
        raise stale(contact_id)
    return assessment or new_draft(by, contact), max(version, 1)


def current(contact: Contact) -> Assessment | None:
    """The open assessment of a locked contact, else the one in force."""
    found = _open_or_in_force(contact.pk)
    assessment = min(found, key=lambda one: one.state == AssessmentState.COMPLETED, default=None)
    if assessment:
        assessment.contact = contact
    return assessment


@compiled
def _locked_contact(contact: Given) -> QuerySet[Contact]:
    return Contact.objects.select_for_update(no_key=True).filter(pk=contact)


@compiled
def _open_or_in_force(contact: Given) -> QuerySet[Assessment]:
    return _with_last_editor(Assessment.objects.filter(contact=contact, state__in=OPEN_OR_IN_FORCE))


@compiled
def _locked(assessment: Given) -> QuerySet[Assessment]:
    return _locking("self").filter(pk=assessment)


@compiled
def _locked_of_contact(assessment: Given, contact: Given) -> QuerySet[Assessment]:
    return _locking("self").filter(pk=assessment, contact=contact).only(*COLUMNS)


@compiled
def _locked_with_contact(assessment: Given, contact: Given) -> QuerySet[Assessment]:
    # In this order: an action that finds no assessment locks the contact first.
    return _locking("contact", "self").filter(pk=assessment, contact=contact)


def _locking(*of: str) -> QuerySet[Assessment]:
    return _with_last_editor(Assessment.objects.select_for_update(no_key=True, of=of).select_related("contact"))


def _with_last_editor(assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Whoever edits meanwhile changes the version too, so that what a waiting action read here is refused as stale."""
    editor = Case(When(kind=ASSESSMENT_EDITED.code, then=F("actor_id")))
    newest = Event.objects.filter(subject=OuterRef("pk")).newest_first().annotate(editor=editor)
    return assessments.annotate(last_editor=Subquery(newest.values("editor")[:1]))


def new_draft(by: User, contact: Contact) -> Assessment:
    """A draft with the answers that are known from the contact."""
    answers = prefill.from_contact(contact)
    said = {question: said_by(by, "contact") for question in answers}
    return unsaved_draft(by, contact, answers=answers, provenance=said)


def unsaved_draft(by: User, contact: Contact, **content: Any) -> Assessment:
    newest = checklist.current()
    draft = Assessment(
        contact=contact,
        centre_id=contact.centre_id,
        data_key_id=contact.data_key_id,
        checklist_id=newest.id,
        checklist_version=newest.version,
        checklist_digest=newest.digest,
        created_by=by,
        **content,
    )
    draft.draft_duties = draft.duties_asked()
    return draft


def said_by(by: User, taken_from: str = "") -> dict[str, Any]:
    """The provenance of an answer that is given now."""
    said = {"by": by.pk, "at": timezone.now().isoformat(timespec="seconds")}
    return {**said, "from": taken_from} if taken_from else said
