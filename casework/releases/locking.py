"""Locks rows in the order in which all who change them do: members of the team, then releases, then actions."""

from __future__ import annotations

import uuid

from casework.cases.locking import lock_case_to_write
from casework.cases.models import Case
from casework.cases.permissions import is_open
from casework.teams.actions import team_of
from casework.teams.models import Member, Team
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale

from .models import ExitReport, PrisonRelease
from .permissions import coordinating_members, may_write, may_write_report


def lock_team_to_write(by: User, case_id: uuid.UUID) -> Team:
    """The team of an open case, made if there is none yet, so that neither the case nor the own body ends meanwhile.

    Raises NotAllowed, and Stale for a closed case.
    """
    if Case.objects.filter(pk=case_id).exists():
        case = lock_case_to_write(by, case_id)
        if not case.is_open:
            raise stale(case_id)
        return team_of(case)
    own = [one.pk for one in coordinating_members(by, case_id)]
    list(Member.objects.filter(pk__in=own).order_by("pk").select_for_update(no_key=True))
    team = Team.objects.select_related("centre").filter(pk=case_id).first()
    if team is None or not coordinating_members(by, case_id):
        raise NotAllowed(Permission.TEAM_WORK)
    if not is_open(case_id):
        raise stale(case_id)
    return team


def lock_release(by: User, release_id: uuid.UUID) -> PrisonRelease:
    """A release, locked, for who writes it. Raises NotAllowed."""
    release = PrisonRelease.objects.select_for_update(no_key=True).filter(pk=release_id).first()
    if release is None or not may_write(by, release):
        raise NotAllowed(Permission.TEAM_WORK)
    return release


def lock_for_step(release_id: uuid.UUID) -> None:
    """Lock a release before a step of the worklist."""
    PrisonRelease.objects.select_for_update(no_key=True).filter(pk=release_id).first()


def lock_report(by: User, report_id: uuid.UUID) -> ExitReport:
    """An exit report, locked, for who writes it. Raises NotAllowed."""
    report = ExitReport.objects.select_for_update(no_key=True).filter(pk=report_id).first()
    if report is None or not may_write_report(by, report.team_id):
        raise NotAllowed(Permission.TEAM_WORK)
    return report
