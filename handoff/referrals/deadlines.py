"""When an answer is due, and what happens when none comes. Pure.

docs/domain.md, step 5: urgent 4 working hours, standard 48 hours; no answer by then: reminder, then escalation to the
coordinator, then expiry and the next partner. The 48 hours count as two working days at the same clock
time: an offer made on a Friday must not run out while the partner is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from regions.working_hours import WorkingCalendar, add_working_days, add_working_hours
from triage.vocabulary import Urgency

from .vocabulary import Step

#: Working hours after the offer.
URGENT_HOURS: Mapping[Step, int] = {Step.REMIND: 4, Step.ESCALATE: 6, Step.EXPIRE: 8}
#: Working days after the offer.
STANDARD_DAYS: Mapping[Step, int] = {Step.REMIND: 2, Step.ESCALATE: 3, Step.EXPIRE: 4}


def schedule(start: datetime, urgency: Urgency, calendar: WorkingCalendar) -> dict[Step, datetime]:
    """The moment of each step (aware, in the calendar's zone). The answer is due at the first one, the reminder."""
    if urgency == Urgency.URGENT:
        return {step: add_working_hours(start, hours, calendar) for step, hours in URGENT_HOURS.items()}
    return {step: add_working_days(start, days, calendar) for step, days in STANDARD_DAYS.items()}
