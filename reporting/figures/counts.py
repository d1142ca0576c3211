"""What is counted, a fixed number of queries whatever there is.

These figures stay inside the need-to-know boundary: they are counted from the rows themselves, under row-level
security, as the coordinator who looks. Published figures will come from frozen releases, rolled up from event rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db.models import Aggregate, Count, DateTimeField, DurationField, F, Max, Q
from django.db.models.functions import TruncMonth

from casework.cases.models import Case
from foundation.accounts.models import Organisation
from handoff.referrals.models import Referral
from handoff.referrals.vocabulary import MessageKind
from hotline.contacts.models import Callback, CallerType, Contact
from triage.models import Assessment

from .periods import Period

#: Of what waits, so many are named, the most urgent first. The counts count all.
NAMED = 50


class Median(Aggregate):
    """The median of a duration; PostgreSQL interpolates between the two in the middle."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class ContactCount:
    month: date
    caller_type: str
    channel: str
    kind: str
    number: int


@dataclass(frozen=True)
class Now:
    """How things stand at this moment, whatever the period."""

    overdue: int
    waiting: int
    callbacks: int
    callbacks_due: int
    open_cases: int
    unassigned_cases: int
    unassigned_contacts: int


def contacts(centre: Organisation, period: Period) -> list[ContactCount]:
    """By the month in which they began, in the centre's time zone."""
    began = Contact.objects.of_centre(centre).filter(started_at__gte=period.start, started_at__lt=period.end)
    month = TruncMonth("started_at", tzinfo=period.zone, output_field=DateTimeField())
    groups = began.order_by().annotate(month=month).values_list("month", "caller_type", "channel", "kind")
    return [ContactCount(row[0].date(), *row[1:]) for row in groups.annotate(number=Count("pk"))]


def caller_types() -> list[CallerType]:
    return cast("list[CallerType]", list(CallerType.objects.all()))


def dispositions(centre: Organisation, period: Period) -> dict[str, int]:
    """Of the counselling contacts that began in the period: their assessment in force."""
    began = Q(contact__started_at__gte=period.start, contact__started_at__lt=period.end, contact__kind="counselling")
    in_force = Assessment.objects.in_force().filter(began, centre=centre)
    return dict(in_force.order_by().values_list("disposition").annotate(Count("pk")))


def referrals(centre: Organisation, period: Period) -> dict[str, int]:
    """By state, of those that were prepared in the period."""
    return dict(_referrals(centre, period).order_by().values_list("state").annotate(Count("pk")))


def median_answer(centre: Organisation, period: Period) -> timedelta | None:
    """From the offer to the answer, accepted or declined, by the clock on the wall."""
    answered = _referrals(centre, period).filter(answered_at__isnull=False)
    median: timedelta | None = answered.aggregate(median=Median(F("answered_at") - F("offered_at")))["median"]
    return median


def waiting(centre: Organisation) -> list[Any]:
    """Referrals without an answer, the first one due first; ``asked_at``: when the partner last asked something."""
    asked = Max("messages__written_at", filter=Q(messages__kind=MessageKind.QUESTION))
    rows = Referral.objects.waiting().filter(centre=centre).annotate(asked_at=asked)
    return list(rows.select_related("organisation", "case").order_by("due_at", "pk")[:NAMED])


def now(centre: Organisation, moment: datetime) -> Now:
    """Four queries."""
    offers = Referral.objects.waiting().filter(centre=centre)
    offer = offers.aggregate(waiting=Count("pk"), overdue=Count("pk", filter=Q(due_at__lt=moment)))
    callback = Callback.objects.waiting().filter(centre=centre).order_by()
    calls = callback.aggregate(callbacks=Count("pk"), callbacks_due=Count("pk", filter=Q(due_at__lte=moment)))
    cases = Case.objects.open().filter(centre=centre)
    nobodys = Q(pk__in=Case.objects.unassigned().values("pk"))
    case = cases.aggregate(open_cases=Count("pk"), unassigned_cases=Count("pk", filter=nobodys))
    return Now(**offer, **calls, **case, unassigned_contacts=Contact.objects.of_centre(centre).for_the_shift().count())


def _referrals(centre: Organisation, period: Period) -> Any:
    return Referral.objects.filter(centre=centre, created_at__gte=period.start, created_at__lt=period.end)
