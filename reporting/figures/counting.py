"""Updates the counts from the journal, in batches. Only the worker does that; a second one waits for the lock.

Nothing can be lost or counted twice: the position in the journal's chain, the table of what counts where, and the cells
change in one transaction. Positions in the chain are assigned at commit, so that no earlier one appears later.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils import timezone

from .models import Progress

BATCH = 2000
KINDS = (
    *("contact.%", "assessment.%", "case.%", "referral.%", "action.%"),
    *("plan.%", "case_assessment.%", "review.%", "closure.%"),
)
#: Key in the data of a deletion's event: the row is deleted, its figures are kept.
STAY = "stay"


@dataclass(frozen=True)
class Counting:
    """``position``: the last counted position of the chain; ``changed``: the number of changed cells."""

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
    progress.at = timezone.now() if len(events) < limit else events[-1][1]  # after a full batch, more events may wait
    progress.save()
    return Counting(progress.position, len(events), changed)


def recount(subjects: set[UUID]) -> int:
    """Update the cells to what these contacts, assessments, cases, referrals, actions and so on count as now."""
    if not subjects:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("select ntk.count_again(array(select ntk.count_touches(%s::uuid[])))", [sorted(subjects)])
        row = cursor.fetchone()
    return int(row[0])


def detach(subjects: set[UUID]) -> None:
    """Keep the figures of deleted rows, without any reference to the rows."""
    if subjects:
        with connection.cursor() as cursor:
            cursor.execute(
                "update reporting_counted set subject = gen_random_uuid(), is_detached = true"
                " where subject = any(%s::uuid[]) and not is_detached",
                [sorted(subjects)],
            )
