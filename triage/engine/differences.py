"""What differs between two answered questionnaires of the same kind. Pure functions."""

from dataclasses import dataclass
from enum import StrEnum

from .answers import Answers, given_answers, still_valid, visible
from .questionnaire import Question, Questionnaire


class Direction(StrEnum):
    """Where a change leads. Scales go from harmless to grave; elsewhere a change is only a change."""

    BETTER = "better"
    WORSE = "worse"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Difference:
    """The codes, or the text, of both answers; empty where there was none."""

    question: Question
    earlier: frozenset[str]
    later: frozenset[str]
    direction: Direction


def differences(questionnaire: Questionnaire, earlier: Answers, later: Answers) -> list[Difference]:
    """The questions that are answered otherwise now, in their order; also one that is answered on one side only.

    Earlier answers may be of an older version: what this one does not have counts as not answered. From and to
    unknown there is no direction. Raises `AnswerError` for later answers that the questionnaire does not have.
    """
    before = visible(questionnaire, given_answers(questionnaire, still_valid(questionnaire, earlier))).given
    after = visible(questionnaire, given_answers(questionnaire, later)).given
    pairs = ((q, before.get(q.id, frozenset()), after.get(q.id, frozenset())) for q in questionnaire.questions.values())
    return [Difference(q, old, new, _direction(q, old, new)) for q, old, new in pairs if old != new]


def _direction(question: Question, earlier: frozenset[str], later: frozenset[str]) -> Direction:
    steps = [question.step(code) for codes in (earlier, later) for code in codes]
    known = [step for step in steps if step is not None]
    if len(steps) != 2 or len(known) != 2:
        return Direction.OTHER
    return Direction.WORSE if known[1] > known[0] else Direction.BETTER
