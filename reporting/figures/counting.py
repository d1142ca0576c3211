"""Keeping the counts up with the journal, in batches. The worker alone does it; a second one at once waits.

Nothing can be lost or counted twice: the place in the journal's chain, the ledger of what counts where, and the cells
change in one transaction. Positions in the chain are given at commit, so that none appears behind us later.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils import timezone

from .models import Progress

BATCH = 2000
KINDS = ("contact.%", "assessment.%", "case.%", "referral.%")
#: Said in the event of a deletion: the row is gone, its figures stay.
STAY = "stay"


@dataclass(frozen=True)
class Counting:
    """``position``: up to which place of the chain it went; ``changed``: how many cells have another number now."""

    position: int
    events: int
    changed: int


def count_on(limit: int = BATCH) -> Counting:
    """Count the next ``limit`` events of the journal. Runs inside ``acting_as`` the service ``statistics``."""
    progress, _made = Progress.objects.select_for_update(no_key=True).get_or_create(pk=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "select l.position, e.at, e.subject, e.kind like any(%s),"
            " e.kind like '%%.deleted' and e.data ->> 'figures' = %s"
            " from journal_link l join journal_event e on e.id = l.event_id"
            " where l.position > %s order by l.position limit %s",
            [list(KINDS), STAY, progress.position, limit],
        )
        events = cursor.fetchall()
    if not events:
        return Counting(progress.position, 0, 0)
    detach({subject for _position, _at, subject, _counts, stays in events if stays})
    changed = recount({subject for _position, _at, subject, counts, _stays in events if counts})
    progress.position = events[-1][0]
    progress.at = timezone.now() if len(events) < limit else events[-1][1]  # after a full batch, more may wait
    progress.save()
    return Counting(progress.position, len(events), changed)


def recount(subjects: set[UUID]) -> int:
    """Bring the cells up to what these contacts, assessments, cases and referrals count as now."""
    if not subjects:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("select ntk.count_again(array(select ntk.count_touches(%s::uuid[])))", [sorted(subjects)])
        row = cursor.fetchone()
    return int(row[0])


def detach(subjects: set[UUID]) -> None:
    """They are deleted, their figures stay: nothing tells any more whose they were."""
    if subjects:
        with connection.cursor() as cursor:
            cursor.execute(
                "update reporting_counted set subject = gen_random_uuid(), is_detached = true"
                " where subject = any(%s::uuid[]) and not is_detached",
                [sorted(subjects)],
            )
