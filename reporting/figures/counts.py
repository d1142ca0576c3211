"""Live figures, with a fixed number of queries.

They are counted from the rows under row-level security, as the coordinator who reads them, so that nobody sees more
than that; what no coordinator reads is taken from the counts for releases. The measures define what counts, as for
published figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import connection
from django.db.models import Aggregate, Count, DurationField, F, Max, Q

from casework.cases.models import Action, Case
from foundation.accounts.models import Organisation
from foundation.privacy.rls import quoted
from handoff.referrals.models import Referral
from handoff.referrals.vocabulary import MessageKind
from hotline.contacts.models import Callback, CallerType, Contact

from .measures import BY_CODE
from .periods import Period
from .populations import counted_live

#: Number of listed waiting items, the most urgent first. The counts include all.
NAMED = 50
#: (measure, first day of the month, key) to a number, as in the cells of releases.
Counts = Mapping[tuple[str, date, str], int]
#: The measures that the page shows.
SHOWN = (
    *("caller_group", "channel", "disposition", "other_kind", "referral_state"),
    *("first_action", "first_meeting", "duty_end", "duty_drop", "action_end", "review_end", "goal_result"),
    *("close_reason", "monitoring_end", "effect"),
)
#: Nobody reads the rows of these; the page shows what was counted for releases, whole months of it.
COUNTED = ("effect",)
LIVE = f"""
{counted_live(BY_CODE[code] for code in SHOWN if code not in COUNTED)}
union all
select measure, month, key, number from reporting_cell
where centre_id = %(centre)s and measure in ({quoted(*COUNTED)}) and number > 0
    and month between %(first)s and %(last)s
"""


class Median(Aggregate):
    """The median of a duration; PostgreSQL interpolates between the two middle values."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Now:
    """Current numbers, independent of the period."""

    overdue: int
    waiting: int
    callbacks: int
    callbacks_due: int
    open_cases: int
    unassigned_cases: int
    unassigned_contacts: int
    open_duties: int
    overdue_duties: int


def live(centre: Organisation, period: Period) -> Counts:
    """The numbers of each measure of the page, in one query. Drafts are not counted, as in releases."""
    with connection.cursor() as cursor:
        months = {"first": period.months[0], "last": period.months[-1]}
        cursor.execute(LIVE, {"centre": centre.pk, "start": period.start, "end": period.end, **months})
        return {(measure, month, key): number for measure, month, key, number in cursor.fetchall()}


def caller_types() -> list[CallerType]:
    return cast("list[CallerType]", list(CallerType.objects.all()))


def median_answer(centre: Organisation, period: Period) -> timedelta | None:
    """The median time from an offer to its acceptance or refusal, in wall-clock time."""
    offered = Referral.objects.filter(centre=centre, offered_at__gte=period.start, offered_at__lt=period.end)
    answered = offered.filter(answered_at__isnull=False)
    median: timedelta | None = answered.aggregate(median=Median(F("answered_at") - F("offered_at")))["median"]
    return median


def waiting(centre: Organisation) -> list[Any]:
    """Referrals without an answer, earliest due first; ``asked_at``: the time of the partner's last question."""
    asked = Max("messages__written_at", filter=Q(messages__kind=MessageKind.QUESTION))
    rows = Referral.objects.waiting().filter(centre=centre).annotate(asked_at=asked)
    return list(rows.select_related("organisation", "case").order_by("due_at", "pk")[:NAMED])


def now(centre: Organisation, moment: datetime) -> Now:
    """The current numbers; five queries."""
    offers = Referral.objects.waiting().filter(centre=centre)
    offer = offers.aggregate(waiting=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=moment)))
    callback = Callback.objects.waiting().filter(centre=centre).order_by()
    calls = callback.aggregate(callbacks=Count("pk"), callbacks_due=Count("pk", filter=Q(due_at__lte=moment)))
    cases = Case.objects.open().filter(centre=centre)
    nobodys = Q(pk__in=Case.objects.unassigned().values("pk"))
    case = cases.aggregate(open_cases=Count("pk"), unassigned_cases=Count("pk", filter=nobodys))
    duties = Action.objects.open_duties().filter(centre=centre)
    overdue = Count("pk", filter=Q(due_at__lt=moment))
    duty = duties.aggregate(open_duties=Count("pk"), overdue_duties=overdue)
    shift = Contact.objects.of_centre(centre).for_the_shift().count()
    return Now(**offer, **calls, **case, **duty, unassigned_contacts=shift)
