"""Locks rows in the order in which all who change them do: the bodies of a team before what they have in hand."""

from __future__ import annotations

import uuid

from django.db import connection

from .models import Member


def lock_team(case_id: uuid.UUID) -> None:
    """Lock the bodies in the team of a case, so that none of them leaves or names somebody else meanwhile.

    No effect for who neither works in the team nor at the centre.
    """
    with connection.cursor() as cursor:
        cursor.execute("select ntk.lock_team(%s)", [case_id])


def lock_member(member_id: uuid.UUID) -> None:
    """Lock a member before a step of the worklist."""
    Member.objects.select_for_update(no_key=True).filter(pk=member_id).first()
