"""Adds actions for bodies of the case team. They are carried as all actions are (casework/cases/work_actions.py)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from casework.cases.locking import lock_case_to_write
from casework.cases.models import Action, Strand
from casework.cases.work_actions import insert_action
from foundation.accounts.models import Organisation, User
from foundation.journal.stale import stale

from .models import Member


class NotInTeam(Exception):
    """The body has not accepted, or is in the team no longer. ``member``: its latest membership, if any."""

    def __init__(self, member: Member | None) -> None:
        super().__init__("not in the team")
        self.member = member


@transaction.atomic
def add_action_for(
    *,
    by: User,
    action_id: uuid.UUID,
    case_id: uuid.UUID,
    organisation: Organisation,
    text: str,
    strand: Strand,
    due_at: datetime,
) -> Action:
    """Add an action for the named person of a body in the team; a repeated post adds no second one.

    Raises Stale for a closed case, NotInTeam.
    """
    case = lock_case_to_write(by, case_id)
    known = Action.objects.filter(pk=action_id, case=case).first()
    if known:
        return known
    if not case.is_open:
        raise stale(case_id)
    # Locked, so that the body does not leave meanwhile.
    members = Member.objects.filter(team=case_id, organisation=organisation).order_by("-invited_at", "pk")
    member = members.select_for_update(no_key=True).first()
    if member is None or not member.is_in_team:
        raise NotInTeam(member)
    action = Action(pk=action_id, case=case, centre_id=case.centre_id, data_key_id=member.data_key_id)
    action.is_shared = True
    action.text = text
    action.strand = strand
    action.organisation = organisation
    action.user_id = member.person_id
    action.due_at = due_at
    insert_action(by=by, action=action)
    return action
