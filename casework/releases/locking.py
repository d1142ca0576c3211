"""Locks rows in the order in which all who change them do: members of the team, then releases, then actions."""

from __future__ import annotations

import uuid

from casework.cases.locking import lock_case_to_write
from casework.cases.models import Case
from casework.cases.permissions import is_open
from casework.teams.actions import team_of
from casework.teams.locking import lock_team
from casework.teams.models import Team
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale

from .models import ExitReport, PrisonRelease
from .permissions import coordinating_members, may_write, may_write_report


def lock_team_to_write(by: User, case_id: uuid.UUID) -> Team:
    """The team of an open case, made if there is none yet, so that neither the case ends meanwhile nor a body leaves.

    Raises NotAllowed, and Stale for a closed case.
    """
    if Case.objects.filter(pk=case_id).exists():
        case = lock_case_to_write(by, case_id)
        if not case.is_open:
            raise stale(case_id)
        lock_team(case_id)
        return team_of(case)
    lock_team(case_id)
    team = Team.objects.select_related("centre").filter(pk=case_id).first()
    if team is None or not coordinating_members(by, case_id):
        raise NotAllowed(Permission.TEAM_WORK)
    if not is_open(case_id):
        raise stale(case_id)
    return team


def lock_release(by: User, release_id: uuid.UUID) -> PrisonRelease:
    """A release, locked after the bodies of its team, for who writes it. Raises NotAllowed."""
    case_id = PrisonRelease.objects.filter(pk=release_id).values_list("team", flat=True).first()
    if case_id is not None:
        lock_team(case_id)
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
