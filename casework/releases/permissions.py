"""Who may see and change a release from prison; policies.py says the same in SQL."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from casework.teams.models import Member
from casework.teams.permissions import members_of, members_with, people_at_centre, reads_team, writes_case
from casework.teams.vocabulary import COORDINATING, Hat
from foundation.accounts.models import Membership, Organisation, User
from foundation.accounts.permissions import Refused
from foundation.accounts.roles import Role
from foundation.journal.actions import look

from .models import ExitReport, PrisonRelease


def may_announce(user: User, case_id: uuid.UUID) -> bool:
    """Who works on the case at the centre, and the named people of a body that coordinates content or process."""
    return bool(coordinating_members(user, case_id)) or writes_case(user, case_id)


def coordinating_members(user: User, case_id: uuid.UUID) -> list[Member]:
    """The coordinating bodies in the team for which the person works on the case."""
    return members_with(user, case_id, COORDINATING)


def may_write(user: User, release: PrisonRelease) -> bool:
    """Who may announce one, and the named people of the body that is responsible for it."""
    bodies = {one.organisation_id for one in members_of(user, release.team_id)}
    return release.organisation_id in bodies or may_announce(user, release.team_id)


def may_see(user: User, release: PrisonRelease) -> bool:
    """Who may read the case, and the named people of the bodies in the team."""
    return reads_team(user, release.team_id)


def release_to_see(user: User, release_id: uuid.UUID) -> PrisonRelease:
    """A release that the user may see; the access is recorded. Raises Refused."""
    found = PrisonRelease.objects.with_names().filter(pk=release_id).first()
    if found is None or not may_see(user, found):
        raise Refused("prison_release.read", release_id)
    look("prison_release.read", by=user, subject=found.pk, centre=found.centre_id)
    return found


def release_to_write(user: User, release_id: uuid.UUID) -> PrisonRelease:
    """A release, for who writes it; the access is recorded. Raises Refused."""
    found = release_to_see(user, release_id)
    if not may_write(user, found):
        raise Refused("prison_release.write", release_id)
    return found


def may_write_report(user: User, case_id: uuid.UUID) -> bool:
    """Who works on the case at the centre, and the named people of a body that coordinates content or process."""
    return may_announce(user, case_id)


def may_approve(user: User, report: ExitReport) -> bool:
    """Who works on the case at the centre, and the named people of a body that coordinates the content; never who
    wrote it.
    """
    if report.written_by_id == user.pk:
        return False
    content = members_with(user, report.team_id, [Hat.CONTENT])
    return bool(content) or writes_case(user, report.team_id)


def report_to_see(user: User, report_id: uuid.UUID) -> ExitReport:
    """An exit report that the user may see; the access is recorded. Raises Refused."""
    found = ExitReport.objects.with_names().filter(pk=report_id).first()
    if found is None or not reads_team(user, found.team_id):
        raise Refused("exit_report.read", report_id)
    look("exit_report.read", by=user, subject=found.pk, centre=found.centre_id)
    return found


def report_to_write(user: User, report_id: uuid.UUID) -> ExitReport:
    """An exit report, for who writes it; the access is recorded. Raises Refused."""
    found = report_to_see(user, report_id)
    if not may_write_report(user, found.team_id):
        raise Refused("exit_report.write", report_id)
    return found


@dataclass(frozen=True)
class Responsible:
    """Who can answer for something of a case: a person of the centre or nobody of it, or the person that a body named.

    ``key``: their value in a form.
    """

    organisation: Organisation
    user: User | None

    @property
    def key(self) -> str:
        return f"{self.organisation.pk}-{self.user.pk if self.user else ''}"


def who_can_be_responsible(case_id: uuid.UUID, centre: Organisation) -> list[Responsible]:
    """Who of the centre can open it, who is responsible first, then the bodies of the team."""
    return [*(Responsible(centre, person) for person in people_at_centre(case_id, centre)), *_named(case_id)]


def who_can_do_steps(case_id: uuid.UUID, centre: Organisation) -> list[Responsible]:
    """The shift of the centre and everybody there, as a step opens the case for who does it; then the bodies."""
    roles = (Role.HANDLER, Role.COORDINATOR)
    working = Membership.objects.active().with_roles(roles).filter(organisation=centre)
    staff = User.objects.filter(pk__in=working.values("user"), is_active=True).order_by("name", "pk")
    return [
        Responsible(centre, None),
        *(Responsible(centre, person) for person in staff),
        *_named(case_id),
    ]


def _named(case_id: uuid.UUID) -> list[Responsible]:
    members = Member.objects.in_team().with_names().filter(team=case_id).order_by("organisation__name", "pk")
    return [Responsible(member.organisation, member.person) for member in members]


class NotResponsible(Exception):
    """Who was chosen is none of those who can do it, or no longer."""


def check_chosen(found: list[Responsible], organisation: Organisation, user: User | None) -> None:
    """Raises NotResponsible for somebody who is not among ``found``."""
    chosen = organisation.pk, user.pk if user else None
    if chosen not in {(one.organisation.pk, one.user.pk if one.user else None) for one in found}:
        raise NotResponsible
