"""Who may see and change the members of a case team; policies.py says the same in SQL."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from casework.cases.models import Case
from casework.cases.permissions import may_read as may_read_case
from casework.cases.permissions import may_write as may_write_case
from foundation.accounts.models import Membership, Organisation, User
from foundation.accounts.permissions import Refused, organisations_as
from foundation.accounts.roles import AT_OTHER_BODIES, Role
from foundation.journal.actions import look

from .models import Member, SharedNote, Team
from .vocabulary import Hat, Visibility


def people_of(organisation_id: int) -> list[int]:
    """Ids of those who work at the body."""
    working = Membership.objects.active().with_roles(AT_OTHER_BODIES).filter(organisation=organisation_id)
    return list(working.filter(user__is_active=True).values_list("user", flat=True))


def is_of_body(user: User, member: Member) -> bool:
    """Whether the person works at the body."""
    return member.organisation_id in organisations_as(user, *AT_OTHER_BODIES)


def sees_own(user: User, member: Member) -> bool:
    """People of the body see that it is invited or in the team, without content, until 30 days after the end."""
    until = member.seen_until
    return is_of_body(user, member) and (until is None or until > timezone.now())


def works_for(user: User, member: Member) -> bool:
    """The named person and the deputy of a body that is in the team, as long as they work there."""
    return member.is_in_team and user.pk in (member.person_id, member.deputy_id) and is_of_body(user, member)


def works_in_team(user: User, case_id: uuid.UUID) -> bool:
    """Whether the person works on the case for any of the bodies."""
    return bool(members_of(user, case_id))


def members_of(user: User, case_id: uuid.UUID) -> list[Member]:
    """The bodies in the team for which the person works on the case."""
    found = Member.objects.in_team().select_related("organisation").filter(team=case_id).order_by("answered_at", "pk")
    return [member for member in found if works_for(user, member)]


def members_with(user: User, case_id: uuid.UUID, hats: Collection[Hat]) -> list[Member]:
    """Of those bodies the ones that have any of these hats."""
    return [member for member in members_of(user, case_id) if set(hats) & set(member.hats)]


def people_at_centre(case_id: uuid.UUID, centre: Organisation) -> list[User | None]:
    """Whom of the centre something of the case can be given to: others there could not open it.

    Who is responsible, or None for the shift while nobody is; for who reads the case also its contact person and the
    coordinators.
    """
    with connection.cursor() as cursor:
        cursor.execute("select ntk.responsible_at_centre(%s)", [case_id])
        (responsible,) = cursor.fetchone()
    case = Case.objects.filter(pk=case_id).first()
    working = Membership.objects.active().filter(organisation=centre, user__is_active=True)
    who = Q(user=responsible, role__in=(Role.HANDLER, Role.COORDINATOR))
    if case is not None:
        who |= Q(user=case.contact_person_id, role=Role.HANDLER) | Q(role=Role.COORDINATOR)
    found = list(User.objects.filter(pk__in=working.filter(who).values("user")).order_by("name", "pk"))
    first: list[User | None] = [one for one in found if one.pk == responsible]
    return [*(first or [None]), *(one for one in found if one.pk != responsible)]


def leads(user: User, member: Member) -> bool:
    """Who may name others for the body: the named people, and its partner coordinators."""
    is_coordinator = member.organisation_id in organisations_as(user, Role.PARTNER_COORDINATOR)
    return member.is_in_team and (is_coordinator or works_for(user, member))


def may_answer(user: User, member: Member) -> bool:
    return member.is_waiting and is_of_body(user, member)


def reads_case_of(user: User, member: Member) -> bool:
    case = Case.objects.filter(pk=member.team_id).first()
    return case is not None and may_read_case(user, case)


def writes_case(user: User, case_id: uuid.UUID) -> bool:
    """Coordinators of the centre, and handlers who work on the case."""
    case = Case.objects.filter(pk=case_id).first()
    return case is not None and may_write_case(user, case)


def writes_case_of(user: User, member: Member) -> bool:
    return writes_case(user, member.team_id)


def may_see(user: User, member: Member) -> bool:
    """People of the body; who reads the case; the named people of all bodies in the team, of those that are in it."""
    if sees_own(user, member) or reads_case_of(user, member):
        return True
    return member.is_in_team and works_in_team(user, member.team_id)


def reads_own_record(user: User, member: Member) -> bool:
    """The named people of the body; after it has left, for 30 days."""
    return user.pk in (member.person_id, member.deputy_id) and sees_own(user, member)


def reads_team(user: User, case_id: uuid.UUID) -> bool:
    """Who reads what the team shares: who may read the case, and the named people of the bodies that are in it."""
    case = Case.objects.filter(pk=case_id).first()
    return (case is not None and may_read_case(user, case)) or works_in_team(user, case_id)


def member_to_see(user: User, member_id: uuid.UUID) -> Member:
    """A member, for its own body and for who reads the case; the access is recorded. Raises Refused."""
    return _checked(user, member_id, lambda user, member: sees_own(user, member) or reads_case_of(user, member))


def own_record_of(user: User, member_id: uuid.UUID) -> Member:
    """A member whose own record the user may read, to take it along; never for the centre. Raises Refused."""
    member = Member.objects.with_names().filter(pk=member_id).first()
    if member is None or not reads_own_record(user, member):
        raise Refused("member.record", member_id)
    return member


def team_to_work_in(user: User, case_id: uuid.UUID) -> Team:
    """The team, for the named people of its bodies; the access is recorded. Raises Refused."""
    team = Team.objects.select_related("centre").filter(pk=case_id).first()
    if team is None or not works_in_team(user, case_id):
        raise Refused("team.read", case_id)
    look("team.read", by=user, subject=team.pk, centre=team.centre_id)
    return team


def _checked(user: User, member_id: uuid.UUID, may: Callable[[User, Member], bool]) -> Member:
    member = Member.objects.with_names().filter(pk=member_id).first()
    if member is None or not may(user, member):
        raise Refused("member.read", member_id)
    look("member.read", by=user, subject=member.pk, centre=member.centre_id)
    return member


def reads_shared(user: User, note: SharedNote) -> bool:
    """Who reads the case, if the centre reads it; the people of the body itself, of those that it names, or of all."""
    case = Case.objects.filter(pk=note.team_id).first() if note.with_centre else None
    if case is not None and may_read_case(user, case):
        return True
    if note.visibility == Visibility.TEAM and works_in_team(user, note.team_id):
        return True
    among = Member.objects.in_team().filter(pk__in=[note.member_id, *note.shown_to])
    return any(works_for(user, one) for one in among)
