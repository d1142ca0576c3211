"""Who may see, fill in and confirm an assessment. policies.py says the same in SQL."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http import Http404

from foundation.accounts.models import User
from foundation.accounts.permissions import Refused, can
from foundation.accounts.roles import Permission
from foundation.journal.actions import look
from foundation.privacy.compiled import Given, compiled
from hotline.contacts import permissions as contacts
from hotline.contacts.models import Contact

from .models import Assessment, AssessmentQuerySet
from .states import AssessmentState


def may_write(user: User, assessment: Assessment) -> bool:
    """People who may triage and may change the contact."""
    allowed = can(user, Permission.TRIAGE_ASSESS, assessment.centre_id)
    return allowed and contacts.may_write(user, assessment.contact)


def may_discard(user: User, assessment: Assessment) -> bool:
    """Drafts, by people who may write them; not one that was sent back, which would avoid the confirmation."""
    return may_write(user, assessment) and assessment.is_draft and not assessment.was_sent_back


def may_confirm(user: User, assessment: Assessment) -> bool:
    """A coordinator of the centre, as the second person: never the one who completed it."""
    allowed = can(user, Permission.TRIAGE_CONFIRM, assessment.centre_id)
    return (
        allowed and assessment.state == AssessmentState.WAITING_CONFIRMATION and assessment.completed_by_id != user.pk
    )


def contact_to_assess(user: User, contact_id: uuid.UUID) -> Contact:
    """Raises Refused."""
    contact = contacts.contact_to_write(user, contact_id)
    if not can(user, Permission.TRIAGE_ASSESS, contact.centre_id):
        raise Refused("assessment.write", contact_id)
    return contact


def contact_to_show(user: User, contact_id: uuid.UUID) -> Contact:
    """The contact whose assessment is shown; records the access. Raises Refused."""
    contact = _with_handler.one(contact_id)
    granted = contacts.has_grant(user, contact_id)
    if contact is None or not contacts.may_read(user, contact, has_grant=granted):
        raise Refused("assessment.read", contact_id)
    look("assessment.read", by=user, subject=contact.pk, centre=contact.centre_id)
    return contact


def assessments_to_confirm(user: User, centre_id: int) -> AssessmentQuerySet:
    """Assessments that wait for a second person at the centre, oldest first. Raises Http404 except for coordinators."""
    if not can(user, Permission.TRIAGE_CONFIRM, centre_id):
        raise Http404
    waiting = Assessment.objects.waiting().filter(centre=centre_id)
    return waiting.select_related("contact", "completed_by").order_by("completed_at", "id")


def assessment_of(contact: Contact) -> Assessment | None:
    """The assessment that counts now: the open one, else the one in force."""
    return min(_open_or_in_force(contact.pk), key=_open_first, default=None)


@compiled
def _with_handler(contact: Given) -> QuerySet[Contact]:
    return Contact.objects.select_related("handler").filter(pk=contact)


@compiled
def _open_or_in_force(contact: Given) -> AssessmentQuerySet:
    shown = Assessment.objects.filter(contact=contact).kept().exclude(state=AssessmentState.SUPERSEDED)
    return shown.select_related("contact", "completed_by", "confirmed_by")


def assessment_to_confirm(user: User, assessment_id: uuid.UUID) -> Assessment:
    """The assessment, for a coordinator of its centre; records the access. Raises Refused."""
    found = Assessment.objects.select_related("contact", "completed_by").filter(pk=assessment_id).first()
    if found is None or not can(user, Permission.TRIAGE_CONFIRM, found.centre_id):
        raise Refused("assessment.read", assessment_id)
    look("assessment.read", by=user, subject=found.pk, centre=found.centre_id)
    return found


def _open_first(assessment: Assessment) -> bool:
    return assessment.state == AssessmentState.COMPLETED
