"""Who may see, propose, answer and decide; policies.py says the same in SQL."""

from __future__ import annotations

import uuid

from django.db import connection

from casework.teams.permissions import members_of, members_with, reads_team, works_in_team, writes_case
from casework.teams.vocabulary import Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import Refused, organisations_as
from foundation.accounts.roles import Role
from foundation.journal.actions import look

from .models import Closure, Opinion, Reopening

#: Bodies with one of these propose to close a case.
PROPOSING_HATS = (Hat.CONTENT, Hat.PROCESS, Hat.RISK)


def is_monitored(case_id: uuid.UUID) -> bool:
    """Also for people of other bodies, who do not read the case."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.case_is_monitored(%s)", [case_id])
        return bool(cursor.fetchone()[0])


def may_propose(user: User, case_id: uuid.UUID) -> bool:
    """Who works on the case at the centre, and the named people of a body that coordinates or is accountable."""
    return bool(members_with(user, case_id, PROPOSING_HATS)) or writes_case(user, case_id)


def may_see(user: User, row: Closure | Reopening) -> bool:
    """Who reads the case, and the team."""
    return reads_team(user, row.team_id)


def may_answer(user: User, opinion: Opinion) -> bool:
    """The named people of the body; for the centre who works on the case."""
    if opinion.organisation_id == opinion.centre_id:
        return writes_case(user, opinion.team_id)
    return opinion.organisation_id in {one.organisation_id for one in members_of(user, opinion.team_id)}


def may_decide(user: User, closure: Closure) -> bool:
    """The named people of the accountable body, or the coordinators of the centre; never who proposed it."""
    if user.pk == closure.proposed_by_id:
        return False
    if closure.accountable_id == closure.centre_id:
        return closure.centre_id in organisations_as(user, Role.COORDINATOR)
    return closure.accountable_id in {one.organisation_id for one in members_of(user, closure.team_id)}


def may_withdraw(user: User, closure: Closure) -> bool:
    """Who proposed it, while in the team; who works on the case at the centre."""
    is_proposer = user.pk == closure.proposed_by_id and works_in_team(user, closure.team_id)
    return is_proposer or writes_case(user, closure.team_id)


def may_propose_reopening(user: User, case_id: uuid.UUID) -> bool:
    """Who works on the case, at the centre or for a body of the team."""
    return works_in_team(user, case_id) or writes_case(user, case_id)


def closure_to_see(user: User, closure_id: uuid.UUID) -> Closure:
    """A closing that the user may see; the access is recorded. Raises Refused."""
    closure = Closure.objects.with_names().filter(pk=closure_id).first()
    if closure is None or not may_see(user, closure):
        raise Refused("closure.read", closure_id)
    look("closure.read", by=user, subject=closure.pk, centre=closure.centre_id)
    return closure


def opinion_to_give(user: User, opinion_id: uuid.UUID) -> Opinion:
    """An opinion, for the body that is asked. Raises Refused."""
    opinion = Opinion.objects.select_related("organisation", "data_key").filter(pk=opinion_id).first()
    if opinion is None or not may_answer(user, opinion):
        raise Refused("closure.answer", opinion_id)
    return opinion


def reopening_to_see(user: User, reopening_id: uuid.UUID) -> Reopening:
    """A proposal to open a case again that the user may see; the access is recorded. Raises Refused."""
    found = Reopening.objects.select_related("team", "centre", "organisation", "proposed_by", "decided_by", "data_key")
    reopening = found.filter(pk=reopening_id).first()
    if reopening is None or not may_see(user, reopening):
        raise Refused("reopening.read", reopening_id)
    look("reopening.read", by=user, subject=reopening.pk, centre=reopening.centre_id)
    return reopening
