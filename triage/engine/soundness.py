"""Finds rules that can never have their effect. Pure functions; in doubt a rule counts as sound."""

from collections.abc import Iterable, Mapping, Sequence

from .conditions import Clause, Condition, Literal, clauses, holds
from .questionnaire import Kind, Question

Questions = Mapping[str, Question]


def fault(when: Condition, questions: Questions) -> str | None:
    """The error of the condition of a rule, or None."""
    if holds(when, {}):
        return "holds without any answer"
    if not _clauses(when, questions):
        return "contradicts itself: no answers can meet it"
    return None


def always_after(when: Condition, earlier: Sequence[Condition], questions: Questions) -> bool:
    """Whether one of the earlier conditions holds whenever this one does."""
    others = [clause for condition in earlier for clause in clauses(condition)]
    return all(_any_implied(clause, others, questions) for clause in _clauses(when, questions))


def _clauses(when: Condition, questions: Questions) -> list[Clause]:
    """Those that answers can meet."""
    return [clause for clause in clauses(when) if _possible(clause, questions)]


def _any_implied(clause: Clause, others: Iterable[Clause], questions: Questions) -> bool:
    return any(_implies(clause, other, questions) for other in others)


def _possible(clause: Clause, questions: Questions) -> bool:
    return all(_possible_for(question, clause, questions) for question in {literal.question for literal in clause})


def _possible_for(question_id: str, clause: Clause, questions: Questions) -> bool:
    question = questions[question_id]
    if question.kind is not Kind.MANY:
        return bool(_left(question, clause))
    excluded = _excluded(question_id, clause)
    return all(literal.codes - excluded for literal in _of(question_id, clause) if literal.chosen)


def _implies(clause: Clause, other: Clause, questions: Questions) -> bool:
    return all(_implies_literal(clause, literal, questions[literal.question]) for literal in other)


def _implies_literal(clause: Clause, literal: Literal, question: Question) -> bool:
    if question.kind is not Kind.MANY:
        return _left(question, clause) <= _left(question, frozenset({literal}))
    if not literal.chosen:
        return literal.codes <= _excluded(question.id, clause)
    return any(own.codes <= literal.codes for own in _of(question.id, clause) if own.chosen)


def _left(question: Question, clause: Clause) -> frozenset[str | None]:
    """The answers that a clause leaves possible for a single-answer question; None means unanswered."""
    left: frozenset[str | None] = frozenset({*question.codes, None})
    for literal in _of(question.id, clause):
        left = left & literal.codes if literal.chosen else left - literal.codes
    return left


def _excluded(question_id: str, clause: Clause) -> frozenset[str]:
    return frozenset().union(*(literal.codes for literal in _of(question_id, clause) if not literal.chosen))


def _of(question_id: str, clause: Clause) -> list[Literal]:
    return [literal for literal in clause if literal.question == question_id]
