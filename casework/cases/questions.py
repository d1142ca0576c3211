"""The words of questions of a case, and of gradings, from the checklist. Read-only."""

from __future__ import annotations

from triage.checklist import current
from triage.models import Assessment

from .models import CaseQuestion
from .vocabulary import CREDIBILITY, RELIABILITY

RELIABILITY_QUESTION = "source_reliability"
CREDIBILITY_QUESTION = "information_credibility"


def words_of(question: CaseQuestion, assessment: Assessment | None) -> str:
    """What is asked. Of the checklist that asked it, or the current one where the reader may not see the triage.

    Raises WrongKey.
    """
    if not question.code:
        return str(question.text)
    checklist = assessment.checklist if assessment else current()
    asked = checklist.questions.get(question.code)
    return str(asked.label) if asked else question.code


def reliability_choices() -> list[tuple[str, str]]:
    """Of a source: A to F."""
    return _choices(RELIABILITY_QUESTION, RELIABILITY)


def credibility_choices() -> list[tuple[str, str]]:
    """Of information: 1 to 6."""
    return _choices(CREDIBILITY_QUESTION, CREDIBILITY)


def _choices(question: str, codes: list[str]) -> list[tuple[str, str]]:
    asked = current().questions.get(question)
    labels = {answer.code: str(answer.label) for answer in asked.answers} if asked else {}
    return [("", "–"), *((code, labels.get(code, code.upper())) for code in codes)]


def grading_in_words(question: CaseQuestion) -> list[str]:
    """Both gradings of an answer."""
    pairs = ((reliability_choices(), question.reliability), (credibility_choices(), question.credibility))
    return [dict(choices)[code] for choices, code in pairs if code]
