"""The reasons of a decision in words, from the stored reasons and their checklist. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from triage.models import Assessment
from triage.questionnaire import Checklist
from triage.vocabulary import Duty


@dataclass(frozen=True)
class Given:
    """One answer: question and answer in words."""

    question: str
    answer: str


@dataclass(frozen=True)
class Reason:
    """An effect, the rule's explanation, and the answers. ``what`` is empty for the disposition itself."""

    what: str
    guidance: str
    rules: list[str]
    answers: list[Given]


def of_disposition(assessment: Assessment) -> Reason:
    """Why this disposition was proposed; no rules if a person decided otherwise."""
    return _because(assessment, f"disposition:{assessment.disposition}", "", "")


def of_duty(assessment: Assessment, duty: str) -> Reason:
    """A duty with the answers that led to it."""
    guidance = assessment.checklist.duty_guidance
    return _because(assessment, f"duty:{duty}", str(Duty(duty).label), str(guidance.get(Duty(duty), "")))


def _because(assessment: Assessment, effect: str, what: str, guidance: str) -> Reason:
    checklist = assessment.checklist
    leading = [reason for reason in assessment.reasons if reason["effect"] == effect]
    pairs = dict.fromkeys((question, answer) for reason in leading for question, answer in reason["answers"])
    return Reason(
        what,
        guidance,
        list(dict.fromkeys(str(checklist.rule(reason["rule"]).because) for reason in leading)),
        [_given(checklist, question, answer) for question, answer in pairs],
    )


def _given(checklist: Checklist, question_id: str, code: str) -> Given:
    question = checklist.questions[question_id]
    labels = {answer.code: str(answer.label) for answer in question.answers}
    return Given(str(question.label), labels.get(code, code))
