"""Answers to a questionnaire: which are possible, and which questions they show. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .conditions import Given, holds
from .questionnaire import Question, Questionnaire

#: Raw answers: one code or text, or several codes for a question that takes many. "" and [] mean not answered.
Answers = Mapping[str, str | Sequence[str]]
#: Characters of an answer in words.
LONGEST_TEXT = 4_000


class AnswerError(ValueError):
    """An unknown question, or an answer that the question does not have."""

    def __init__(self, question: str, answer: object) -> None:
        super().__init__(f"'{answer}' is no answer to '{question}'")
        self.question = question
        self.answer = answer


def given_answers(questionnaire: Questionnaire, answers: Answers) -> dict[str, frozenset[str]]:
    """Normalised answers: a set of codes, or the one text, for each answered question. Raises `AnswerError`."""
    given = {}
    for question_id, answer in answers.items():
        if question_id not in questionnaire.questions:
            raise AnswerError(question_id, answer)
        codes = normalised(questionnaire.questions[question_id], answer)
        if codes:
            given[question_id] = codes
    return given


def normalised(question: Question, answer: str | Sequence[str]) -> frozenset[str]:
    """Raises `AnswerError`: unknown code, several answers where one is asked for, an exclusive answer with others."""
    listed = [answer] if isinstance(answer, str) else list(answer)
    if question.is_text:
        return _text(question, listed)
    codes = frozenset(code for code in listed if code != "")
    too_many = len(codes) > 1 and (not question.takes_many or codes & question.exclusive)
    if too_many or not codes <= set(question.codes):
        raise AnswerError(question.id, answer)
    return codes


def _text(question: Question, listed: Sequence[str]) -> frozenset[str]:
    texts = frozenset(text.strip() for text in listed if text.strip())
    if len(texts) > 1 or any(len(text) > LONGEST_TEXT for text in texts):
        raise AnswerError(question.id, listed)
    return texts


@dataclass(frozen=True, slots=True)
class Shown:
    """The visible questions and the answers to them."""

    questions: tuple[Question, ...]
    given: Given


def visible(questionnaire: Questionnaire, given: Given) -> Shown:
    """Questions whose condition holds. Conditions refer only to questions above, so one pass is enough."""
    questions: list[Question] = []
    kept: dict[str, frozenset[str]] = {}
    for question in questionnaire.questions.values():
        if question.shown_if is not None and not holds(question.shown_if, kept):
            continue
        questions.append(question)
        if question.id in given:
            kept[question.id] = given[question.id]
    return Shown(tuple(questions), kept)


def still_valid(questionnaire: Questionnaire, answers: Answers) -> dict[str, str | list[str]]:
    """The answers that this version of a questionnaire still has."""
    kept: dict[str, str | list[str]] = {}
    for question_id, answer in answers.items():
        question = questionnaire.questions.get(question_id)
        try:
            if question is not None and normalised(question, answer):
                kept[question_id] = answer if isinstance(answer, str) else list(answer)
        except AnswerError:
            continue
    return kept
