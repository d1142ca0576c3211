"""Who may see and change the plan of a case; policies.py says the same in SQL."""

from __future__ import annotations

import uuid

from casework.teams.permissions import members_of, members_with, reads_team, writes_case
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import Refused
from foundation.journal.actions import look

from .models import Agreement, Plan
from .states import DISCARDED, DRAFTS

#: Seen by who plans only.
UNSHARED = (*DRAFTS, *DISCARDED)


def may_plan(user: User, case_id: uuid.UUID) -> bool:
    """Who may write the case at the centre, and the named people of a body that coordinates the content."""
    return bool(members_with(user, case_id, [Hat.CONTENT])) or writes_case(user, case_id)


def may_see(user: User, plan: Plan) -> bool:
    """A draft only who plans; else who reads the case, and the team."""
    return may_plan(user, plan.team_id) if plan.state in UNSHARED else reads_team(user, plan.team_id)


def may_answer(user: User, agreement: Agreement) -> bool:
    """The named people of the body; for the centre who may write the case."""
    if agreement.organisation_id == agreement.centre_id:
        return writes_case(user, agreement.team_id)
    members = members_of(user, agreement.team_id)
    return any(one.organisation_id == agreement.organisation_id for one in members)


def plan_to_see(user: User, plan_id: uuid.UUID) -> Plan:
    """A version that the user may see; the access is recorded. Raises Refused."""
    found = Plan.objects.select_related("team", "centre", "written_by", "proposed_by", "ended_by", "data_key")
    plan = found.filter(pk=plan_id).first()
    if plan is None or not may_see(user, plan):
        raise Refused("plan.read", plan_id)
    look("plan.read", by=user, subject=plan.pk, centre=plan.centre_id)
    return plan


def plan_to_edit(user: User, plan_id: uuid.UUID) -> Plan:
    """A version, for who plans; the access is recorded. Raises Refused."""
    plan = plan_to_see(user, plan_id)
    if not may_plan(user, plan.team_id):
        raise Refused("plan.write", plan_id)
    return plan
