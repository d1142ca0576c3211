"""Locks rows in the order in which all who change them do: the plans of a case, then their agreements."""

from __future__ import annotations

import uuid

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale

from .models import Agreement, Plan
from .permissions import may_plan
from .states import CURRENT


def lock_plans(case_id: uuid.UUID) -> list[Plan]:
    """Lock what is in force, written or proposed, so that no two people change the plans of a case at once."""
    current = Plan.objects.of_case(case_id).filter(state__in=CURRENT)
    return list(current.order_by("number").select_for_update(no_key=True))


def lock_agreement(agreement_id: uuid.UUID) -> None:
    """Lock an agreement before a step of the worklist."""
    Agreement.objects.select_for_update(no_key=True).filter(pk=agreement_id).first()


def lock_plan(plan_id: uuid.UUID) -> Plan | None:
    """Lock the plans of its case, and return this version; None if the actor does not see it."""
    case_id = Plan.objects.filter(pk=plan_id).values_list("team", flat=True).first()
    if case_id is None:
        return None
    lock_plans(case_id)
    return Plan.objects.filter(pk=plan_id).first()


def lock_to_plan(by: User, plan_id: uuid.UUID) -> Plan:
    """This version, locked, for who plans. Raises NotAllowed."""
    plan = lock_plan(plan_id)
    if plan is None or not may_plan(by, plan.team_id):
        raise NotAllowed(Permission.TEAM_WORK)
    return plan


def lock_draft(by: User, plan_id: uuid.UUID) -> Plan:
    """The draft, locked, for who plans. Raises NotAllowed, and Stale for what is no draft (any more)."""
    plan = lock_to_plan(by, plan_id)
    if not plan.is_draft:
        raise stale(plan_id)
    return plan
