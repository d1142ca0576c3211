"""When an answer is due, and when each step without an answer follows. Pure functions.

docs/domain.md, step 5: urgent 4 working hours, standard 48 hours; no answer by then: reminder, then escalation to the
coordinator, then expiry and the next partner. The 48 hours count as two working days at the same clock
time, because an offer made on a Friday must not expire while the partner is closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from regions.working_hours import WorkingCalendar, add_working_days, add_working_hours
from triage.vocabulary import Urgency

from .vocabulary import DeadlineStep

#: Working hours after the offer.
URGENT_HOURS: Mapping[DeadlineStep, int] = {DeadlineStep.REMIND: 4, DeadlineStep.ESCALATE: 6, DeadlineStep.EXPIRE: 8}
#: Working days after the offer.
STANDARD_DAYS: Mapping[DeadlineStep, int] = {DeadlineStep.REMIND: 2, DeadlineStep.ESCALATE: 3, DeadlineStep.EXPIRE: 4}


def schedule(start: datetime, urgency: Urgency, calendar: WorkingCalendar) -> dict[DeadlineStep, datetime]:
    """The moment of each step (aware, in the calendar's zone). The answer is due at the first one, the reminder."""
    if urgency == Urgency.URGENT:
        return {step: add_working_hours(start, hours, calendar) for step, hours in URGENT_HOURS.items()}
    return {step: add_working_days(start, days, calendar) for step, days in STANDARD_DAYS.items()}
