"""Conflicts of interest in one case, as other apps ask for them."""

from __future__ import annotations

import uuid

from django.db import connection


def standing_conflicts(case_id: uuid.UUID) -> set[int]:
    """Ids of the partners with one; also for the bodies of the case's team, who do not read why."""
    with connection.cursor() as cursor:
        cursor.execute("select ntk.standing_conflicts(%s)", [case_id])
        return {organisation for (organisation,) in cursor.fetchall()}
