"""Conditions on answers: equals, in, any, all, not. Pure functions; no text is evaluated as code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

#: Normalised answers: question id to the set of chosen answer codes, never empty.
Given = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """True when at least one of `codes` was chosen for the question; false while it is unanswered."""

    question: str
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Condition"


Condition = Chosen | AllOf | AnyOf | Not


def holds(condition: Condition, given: Given) -> bool:
    match condition:
        case Chosen(question, codes):
            return not codes.isdisjoint(given.get(question, ()))
        case AllOf(parts):
            return all(holds(part, given) for part in parts)
        case AnyOf(parts):
            return any(holds(part, given) for part in parts)
        case Not(part):
            return not holds(part, given)


def evidence(condition: Condition, given: Given) -> Iterator[tuple[str, str]]:
    """The answers that make a condition true, as (question, answer). Only for conditions that hold.

    Conditions under `not` give no evidence, because a missing answer is not a reason to show.
    """
    match condition:
        case Chosen(question, codes):
            for code in sorted(codes & given.get(question, frozenset())):
                yield question, code
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                if holds(part, given):
                    yield from evidence(part, given)
        case Not():
            return


def questions(condition: Condition) -> frozenset[str]:
    """The ids of all questions that a condition looks at."""
    match condition:
        case Chosen(question, _):
            return frozenset({question})
        case AllOf(parts) | AnyOf(parts):
            return frozenset().union(*map(questions, parts))
        case Not(part):
            return questions(part)


@dataclass(frozen=True, slots=True)
class Literal:
    """One `Chosen` condition or its negation."""

    question: str
    codes: frozenset[str]
    chosen: bool = True


#: Literals that must all hold together.
Clause = frozenset[Literal]


def clauses(condition: Condition, negated: bool = False) -> list[Clause]:
    """Disjunctive normal form: a condition holds when all literals of at least one clause hold."""
    match condition:
        case Chosen(question, codes):
            return [frozenset({Literal(question, codes, not negated)})]
        case Not(part):
            return clauses(part, not negated)
        case AllOf(parts) | AnyOf(parts):
            expanded = [clauses(part, negated) for part in parts]
            if isinstance(condition, AllOf) == negated:
                return [clause for group in expanded for clause in group]
            return [frozenset().union(*combination) for combination in product(*expanded)]
