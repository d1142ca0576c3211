"""Duties because of which a case cannot simply be closed: security and child protection (docs/domain.md, step 3)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from foundation.accounts.models import Membership, User
from foundation.accounts.permissions import can
from foundation.accounts.roles import Permission, Role
from triage.models import Assessment
from triage.states import OPEN_OR_IN_FORCE
from triage.vocabulary import Duty

from .models import Case, CaseContact


class OpenDuties(Exception):
    """The case has open duties. ``needs_coordinator``: the actor is no coordinator; else the reason is missing."""

    def __init__(self, duties: Collection[Duty], *, needs_coordinator: bool) -> None:
        super().__init__("duties are open")
        self.duties = list(duties)
        self.needs_coordinator = needs_coordinator


def open_duties(case: Case) -> list[Duty]:
    """Duties of all triage of the case: those decided, and those that an unfinished one proposes."""
    contacts = CaseContact.objects.filter(case=case).values_list("contact", flat=True)
    return duties_of_contacts(contacts)


def duties_of_contacts(contacts: Iterable[uuid.UUID]) -> list[Duty]:
    """Duties of all triage of these contacts, most important first."""
    assessments = Assessment.objects.filter(contact__in=contacts, state__in=OPEN_OR_IN_FORCE)
    held: frozenset[Duty] = frozenset().union(*(one.securing_duties for one in assessments))
    return [duty for duty in Duty if duty in held]


def may_close_with(user: User, case: Case) -> bool:
    """Whether the user is a coordinator of the centre."""
    return can(user, Permission.TRIAGE_CONFIRM, case.centre_id)


def coordinators_of(case: Case) -> list[User]:
    """Coordinators whom a handler can ask."""
    roles = Membership.objects.active().with_roles([Role.COORDINATOR]).filter(organisation=case.centre_id)
    return list(User.objects.filter(is_active=True, pk__in=roles.values("user")).order_by("name", "pk"))
