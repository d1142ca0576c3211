"""Who may see and change a case; the policies in migration 0001 say the same."""

from __future__ import annotations

import uuid

from django.http import Http404

from accounts.models import User
from accounts.permissions import can, organisations_as
from accounts.roles import Permission, Role
from hotline.permissions import has_grant
from journal.actions import look

from .models import Case, Responsibility


def may_read(user: User, case: Case) -> bool:
    """Those who may write, and whoever was granted access to a contact of the case."""
    return may_write(user, case) or any(
        has_grant(user, link.contact_id) for link in case.case_contacts.all()
    )


def may_write(user: User, case: Case) -> bool:
    """Coordinators of the centre; handlers who are responsible or contact person, or when nobody is responsible."""
    if case.centre_id in organisations_as(user, Role.COORDINATOR):
        return True
    if case.centre_id not in organisations_as(user, Role.HANDLER):
        return False
    if case.contact_person_id == user.pk:
        return True
    current = Responsibility.objects.current().filter(case=case).first()
    if current is None:
        return False
    return current.user_id == user.pk or (
        current.user_id is None and current.organisation_id == case.centre_id
    )


def may_assign(user: User, case: Case) -> bool:
    return can(user, Permission.CASE_ASSIGN, case.centre_id)


def case_to_read(user: User, case_id: uuid.UUID) -> Case:
    """The case, and the trace of the look. Raises Http404, which leaves a trace too."""
    case = _visible(case_id)
    if case is None or not may_read(user, case):
        look("case.read.denied", by=user, subject=case_id)
        raise Http404
    look("case.read", by=user, subject=case.pk, centre=case.centre_id)
    return case


def case_to_write(user: User, case_id: uuid.UUID) -> Case:
    """The case, when the user may change it. Raises Http404."""
    case = _visible(case_id)
    if case is None or not may_write(user, case):
        look("case.write.denied", by=user, subject=case_id)
        raise Http404
    return case


def _visible(case_id: uuid.UUID) -> Case | None:
    return (
        Case.objects.select_related("region", "contact_person", "assessment")
        .filter(pk=case_id)
        .first()
    )
