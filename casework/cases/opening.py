"""Which assessments lead to a case. Pure functions."""

from __future__ import annotations

from typing import Protocol

from triage.vocabulary import SECURING_DUTIES, Disposition, Duty

#: Dispositions with further work. Advice ends with the contact; "verify first" needs somebody who verifies.
OPENS_CASE = frozenset(set(Disposition) - {Disposition.OPEN, Disposition.ADVICE})

#: Duties that open a case whatever the disposition is.
DUTIES_THAT_OPEN = SECURING_DUTIES | {Duty.INDIVIDUAL_CASE}


#: Duties that belong to the security strand of the work; the others to the social one.
SECURITY_STRAND = frozenset(
    {*SECURING_DUTIES, Duty.COORDINATOR_REVIEW, Duty.SAFETY_ARRANGEMENTS} - {Duty.CHILD_PROTECTION}
)


class Decided(Protocol):
    """The values of an assessment that decide whether a case is opened."""

    disposition: str
    duties: list[str]


def opens_case(assessment: Decided) -> bool:
    """Standing cases (return from a conflict area, release from prison) always lead to an individual case.

    So does a duty of security or child protection, which nobody would follow up if only the contact had it.
    """
    return assessment.disposition in OPENS_CASE or bool(DUTIES_THAT_OPEN & set(assessment.duties))
