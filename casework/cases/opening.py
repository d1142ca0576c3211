"""Which assessments lead to a case. Pure."""

from __future__ import annotations

from typing import Protocol

from triage.vocabulary import SECURING_DUTIES, Disposition, Duty

#: Dispositions that are work for somebody. Advice ends with the contact; "verify first" is work too: somebody verifies.
OPENS_CASE = frozenset(set(Disposition) - {Disposition.OPEN, Disposition.ADVICE})

#: Duties that do so whatever was decided.
DUTIES_THAT_OPEN = SECURING_DUTIES | {Duty.INDIVIDUAL_CASE}


class Decided(Protocol):
    """What of an assessment decides it."""

    disposition: str
    duties: list[str]


def opens_case(assessment: Decided) -> bool:
    """Standing cases (return from a conflict area, release from prison) always lead to an individual case.

    So does a duty of security or child protection: with the contact alone it would end unseen.
    """
    return assessment.disposition in OPENS_CASE or bool(DUTIES_THAT_OPEN & set(assessment.duties))
