"""Computes a proposal from answers: disposition, urgency, duties, and the answers that led to them. Pure functions.

The first rule that holds and names a disposition decides it; urgency, duties and services come from every rule
that holds. Answers to questions that the checklist does not show count as not given.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from triage.engine.answers import Answers, given_answers, visible
from triage.engine.conditions import Given, evidence, holds
from triage.engine.questionnaire import Kind, Question
from triage.questionnaire import Checklist, Rule
from triage.vocabulary import (
    DISCLOSING_DISPOSITIONS,
    PROTECTED_DISPOSITIONS,
    PROTECTED_DUTIES,
    Disposition,
    Duty,
    Urgency,
)


class EffectKind(StrEnum):
    DISPOSITION = "disposition"
    URGENCY = "urgency"
    DUTY = "duty"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Effect:
    kind: EffectKind
    code: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One effect of one rule, and the given answers, as (question, answer), that led to it."""

    rule_id: str
    effect: Effect
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the important questions that are shown have an answer."""

    answered: int
    asked: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """`leaning`: the disposition that the answers lead to; `disposition` is `OPEN` while required answers are missing.

    `missing`: unanswered questions, first those that the disposition requires, then the important ones.
    `find_out`: what is not known and matters: gaps marked as important, important questions answered with unknown.
    `standing`: those of `duties` that are kept from an earlier decision until a coordinator releases them.
    """

    disposition: Disposition
    leaning: Disposition
    urgency: Urgency
    duties: frozenset[Duty]
    services: frozenset[str]
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]
    find_out: tuple[str, ...]
    progress: Progress
    standing: frozenset[Duty] = frozenset()


def propose(checklist: Checklist, answers: Answers, standing: frozenset[Duty] = frozenset()) -> Proposal:
    """`standing`: duties of an earlier decision; new answers can add duties, but remove none of these.

    Raises `AnswerError` for an answer or question that the checklist does not know.
    """
    shown = visible(checklist, given_answers(checklist, answers))
    given = shown.given
    firing = [rule for rule in checklist.rules if holds(rule.when, given)]
    leaning = next((rule.disposition for rule in firing if rule.disposition), Disposition.OPEN)
    blocking = [question for question in checklist.needs.get(leaning, ()) if question not in given]
    important = [question.id for question in shown.questions if question.important]
    unanswered = [question for question in important if question not in given]
    return Proposal(
        disposition=Disposition.OPEN if blocking else leaning,
        leaning=leaning,
        urgency=Urgency.URGENT if any(rule.urgency for rule in firing) else Urgency.STANDARD,
        duties=standing.union(*(rule.duties for rule in firing)),
        services=frozenset(service for rule in firing for service in rule.services),
        reasons=tuple(_reasons(firing, given)),
        missing=tuple(dict.fromkeys([*blocking, *unanswered])),
        find_out=tuple(question.id for question in shown.questions if _is_to_find_out(question, given)),
        progress=Progress(len(important) - len(unanswered), len(important)),
        standing=standing,
    )


def _is_to_find_out(question: Question, given: Mapping[str, frozenset[str]]) -> bool:
    answer = given.get(question.id, frozenset())
    if question.kind is Kind.GAP:
        return "important" in answer
    return question.important and question.unknown in answer


def _reasons(firing: Sequence[Rule], given: Given) -> Iterable[Reason]:
    deciding = next((rule for rule in firing if rule.disposition), None)
    for rule in firing:
        answers = tuple(dict.fromkeys(evidence(rule.when, given)))
        for effect in _effects(rule, decides=rule is deciding):
            yield Reason(rule.id, effect, answers)


def _effects(rule: Rule, *, decides: bool) -> Iterable[Effect]:
    if rule.disposition and decides:
        yield Effect(EffectKind.DISPOSITION, rule.disposition.value)
    if rule.urgency:
        yield Effect(EffectKind.URGENCY, rule.urgency.value)
    yield from (Effect(EffectKind.DUTY, duty.value) for duty in rule.duties)
    yield from (Effect(EffectKind.SERVICE, service) for service in rule.services)


def second_person_for(proposal: Proposal, disposition: str, duties: Collection[str]) -> frozenset[str]:
    """Why a choice needs a coordinator: codes of what it drops, or `weak_source`. Empty if it needs none.

    A handler alone may choose more than the proposal, but may not drop a duty of security or child protection
    (docs/domain.md, step 3), nor disclose anything from an unverified source unless the proposal does.
    """
    dropped = {duty.value for duty in proposal.duties & PROTECTED_DUTIES if duty.value not in duties}
    changed = disposition != proposal.disposition
    if changed and proposal.disposition in PROTECTED_DISPOSITIONS and disposition != Disposition.EMERGENCY:
        dropped.add(proposal.disposition.value)
    if changed and Duty.VERIFY_SOURCE in proposal.duties and disposition in DISCLOSING_DISPOSITIONS:
        dropped.add("weak_source")
    return frozenset(dropped)
