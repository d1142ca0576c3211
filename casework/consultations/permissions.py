"""Who may see, ask for and answer consultations; policies.py says the same in SQL."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from casework.cases.models import Case
from casework.cases.permissions import may_read as may_read_case
from casework.teams.conflicts import bodies_with_conflict
from casework.teams.forms import bodies
from casework.teams.permissions import members_of, writes_case
from foundation.accounts.models import Membership, Organisation, User
from foundation.accounts.permissions import Refused, organisations_as
from foundation.accounts.roles import AT_OTHER_BODIES, Role
from foundation.journal.actions import look

from .models import Consultation

#: Who of the centre can be asked.
AT_CENTRE = (Role.HANDLER, Role.COORDINATOR)


def reads_case(user: User, case_id: uuid.UUID) -> bool:
    case = Case.objects.filter(pk=case_id).first()
    return case is not None and may_read_case(user, case)


def works_for_asking_body(user: User, consultation: Consultation) -> bool:
    """Whether the person works on the case for the body that asked, if that is not the centre."""
    return consultation.asking_body_id in {one.organisation_id for one in members_of(user, consultation.team_id)}


def is_consultant(user: User, consultation: Consultation) -> bool:
    """Who is asked, as long as they work there; until 30 days after the end."""
    until = consultation.seen_until
    is_seen = until is None or until > timezone.now()
    is_there = consultation.organisation_id in organisations_as(user, *AT_CENTRE, *AT_OTHER_BODIES)
    return consultation.consultant_id == user.pk and is_there and is_seen


def is_of_asking_side(user: User, consultation: Consultation) -> bool:
    """The named people of the body that asked; if the centre reads it, who may read the case."""
    if works_for_asking_body(user, consultation):
        return True
    return consultation.is_shared and reads_case(user, consultation.team_id)


def may_see(user: User, consultation: Consultation) -> bool:
    return is_consultant(user, consultation) or is_of_asking_side(user, consultation)


def may_withdraw(user: User, consultation: Consultation) -> bool:
    """Who works on the case for the body that asked, or at the centre if this asked."""
    if consultation.is_of_centre:
        return writes_case(user, consultation.team_id)
    return works_for_asking_body(user, consultation)


def asking_bodies(user: User, case_id: uuid.UUID, centre: Organisation) -> list[Organisation]:
    """For whom the user can ask: the centre, the bodies of the team for which the user works on the case."""
    own = [centre] if writes_case(user, case_id) else []
    return own + [member.organisation for member in members_of(user, case_id)]


@dataclass(frozen=True)
class Consultant:
    """Somebody who can be asked. ``key``: their value in a form."""

    user: User
    organisation: Organisation

    @property
    def key(self) -> str:
        return f"{self.organisation.pk}-{self.user.pk}"


def consultants_for(user: User, case_id: uuid.UUID, centre: Organisation) -> list[Consultant]:
    """Handlers and coordinators of the centre, and the people of the bodies that cooperate with it; not the user.

    Bodies with a conflict of interest in the case are left out.
    """
    working = Membership.objects.active().filter(user__is_active=True).exclude(user=user)
    at_centre = Q(organisation=centre, role__in=AT_CENTRE)
    elsewhere = Q(organisation__in=bodies(), role__in=AT_OTHER_BODIES)
    found = working.filter(at_centre | elsewhere).exclude(organisation__in=_in_conflict(case_id))
    rows = found.select_related("user", "organisation")
    rows = rows.order_by("organisation__name", "organisation_id", "user__name", "pk")
    return list({(one.user_id, one.organisation_id): Consultant(one.user, one.organisation) for one in rows}.values())


def _in_conflict(case_id: uuid.UUID) -> set[int]:
    """Ids of the bodies with a conflict of interest, noted elsewhere or declared to the team."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.conflicts_in_team(%s)", [case_id])
        return bodies_with_conflict(case_id) | {organisation for (organisation,) in cursor.fetchall()}


def consultation_to_see(user: User, consultation_id: uuid.UUID) -> Consultation:
    """A consultation, for who asked and who is asked; the access is recorded. Raises Refused."""
    found = Consultation.objects.with_names().select_related("data_key").filter(pk=consultation_id).first()
    if found is None or not may_see(user, found):
        raise Refused("consultation.read", consultation_id)
    look("consultation.read", by=user, subject=found.pk, centre=found.centre_id)
    return found
