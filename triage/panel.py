"""The panel's data: questions with their answers, and a proposal with its reasons in words. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from regions.vocabulary import Service

from .engine.answers import Shown, given_answers, visible
from .engine.conditions import questions as asked_in
from .engine.questionnaire import Answer, Question, Questionnaire, Section, Text
from .questionnaire import Checklist
from .rules import Effect, EffectKind, Proposal, Reason
from .vocabulary import Disposition, Duty, Urgency


@dataclass(frozen=True)
class Option:
    answer: Answer
    id: str
    is_chosen: bool
    is_exclusive: bool = False


@dataclass(frozen=True)
class QuestionView:
    """`given`: the codes of its answer. `is_shown`: whether the current answers make the question visible."""

    question: Question
    given: frozenset[str]
    is_shown: bool

    @property
    def id(self) -> str:
        return anchor(self.question.id)

    @property
    def options(self) -> list[Option]:
        exclusive = self.question.exclusive
        return [
            Option(answer, f"{self.id}-{answer.code}", answer.code in self.given, answer.code in exclusive)
            for answer in self.question.answers
        ]

    @property
    def is_answered(self) -> bool:
        return bool(self.given)

    @property
    def is_not_asked(self) -> bool:
        return self.is_shown and not self.is_answered

    @property
    def comes_first(self) -> bool:
        """Important questions and all that have an answer; the others are folded."""
        return self.question.important or (self.is_shown and self.is_answered)

    @property
    def is_conditional(self) -> bool:
        return self.question.shown_if is not None

    @property
    def chosen(self) -> list[Text]:
        return [answer.label for answer in self.question.answers if answer.code in self.given]


@dataclass(frozen=True)
class SectionView:
    section: Section
    questions: tuple[QuestionView, ...]
    note: str
    has_note: bool = True

    @property
    def asked(self) -> int:
        return sum(question.is_shown for question in self.questions)

    @property
    def answered(self) -> int:
        return sum(question.is_shown and question.is_answered for question in self.questions)

    @property
    def not_asked(self) -> list[QuestionView]:
        return [question for question in self.questions if question.is_not_asked]


@dataclass(frozen=True)
class Said:
    """An answer that is a reason for the proposal, with a link to its question."""

    question: Text
    answer: Text
    anchor: str


@dataclass(frozen=True)
class AppliedRule:
    """One rule that applied: its effect, why, and the answers that met its condition."""

    rule: str
    text: Text
    effects: tuple[str, ...]
    answers: tuple[Said, ...]


@dataclass(frozen=True)
class Named:
    """A code with its label, and guidance if there is any. ``is_standing``: a duty kept from an earlier decision."""

    code: str
    label: str
    guidance: Text | None = None
    is_standing: bool = False


def anchor(question_id: str) -> str:
    return f"q-{question_id}"


def sections(checklist: Questionnaire, answers: Mapping[str, Any], notes: Mapping[str, str]) -> list[SectionView]:
    """All sections with all of their questions."""
    shown = visible(checklist, given_answers(checklist, answers))
    return [_section(section, shown, notes) for section in checklist.sections]


def first_questions(views: Iterable[SectionView]) -> list[SectionView]:
    """The sections with the questions that come first; sections without any are left out, unless they have a note."""
    kept = [SectionView(v.section, tuple(q for q in v.questions if q.comes_first), v.note) for v in views]
    return [view for view in kept if view.questions or view.note]


def folded_questions(views: Iterable[SectionView]) -> list[SectionView]:
    """The other questions, by section. A note is shown only where its section appears first."""
    views = list(views)
    with_note = {view.section.id for view in first_questions(views)}
    kept = ((v.section, tuple(q for q in v.questions if not q.comes_first)) for v in views)
    return [
        SectionView(section, questions, "", has_note=section.id not in with_note)
        for section, questions in kept
        if questions
    ]


def not_asked(views: Iterable[SectionView]) -> list[SectionView]:
    """The sections that have questions without an answer."""
    return [view for view in views if view.not_asked]


def count_not_asked(views: Iterable[SectionView]) -> int:
    return sum(len(view.not_asked) for view in views)


def depending_on(checklist: Checklist, questions: Collection[str]) -> frozenset[str]:
    """The questions whose visibility depends on the answer to one of these."""
    conditional = (question for question in checklist.questions.values() if question.shown_if is not None)
    return frozenset(
        q.id for q in conditional if q.shown_if is not None and not asked_in(q.shown_if).isdisjoint(questions)
    )


def _section(section: Section, shown: Shown, notes: Mapping[str, str]) -> SectionView:
    visible_now = frozenset(shown.questions)
    views = (QuestionView(q, shown.given.get(q.id, frozenset()), q in visible_now) for q in section.questions)
    return SectionView(section, tuple(views), notes.get(section.id, ""))


def because(checklist: Checklist, reasons: Iterable[Reason]) -> list[AppliedRule]:
    """The reasons by rule, in words; the one that decided the disposition comes first."""
    by_rule: dict[str, list[Reason]] = {}
    for reason in reasons:
        by_rule.setdefault(reason.rule_id, []).append(reason)
    deciding = {reason.rule_id for group in by_rule.values() for reason in group if _decides(reason)}
    ordered = sorted(by_rule.items(), key=lambda item: item[0] not in deciding)
    return [_because(checklist, rule_id, group) for rule_id, group in ordered]


def stored_reasons(reasons: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """The reasons of a completed assessment, as stored."""
    return [_reason(**reason) for reason in reasons]


def _reason(rule: str, effect: str, answers: Iterable[tuple[str, str]]) -> Reason:
    kind, _, code = effect.partition(":")
    return Reason(rule, Effect(EffectKind(kind), code), tuple((question, answer) for question, answer in answers))


def _decides(reason: Reason) -> bool:
    return reason.effect.kind is EffectKind.DISPOSITION


def _because(checklist: Checklist, rule_id: str, reasons: list[Reason]) -> AppliedRule:
    answers = dict.fromkeys(pair for reason in reasons for pair in reason.answers)
    effects = tuple(label_of(reason.effect) for reason in reasons)
    return AppliedRule(rule_id, checklist.rule(rule_id).because, effects, tuple(_said(checklist, *a) for a in answers))


def _said(checklist: Checklist, question_id: str, code: str) -> Said:
    question = checklist.questions[question_id]
    label = next(answer.label for answer in question.answers if answer.code == code)
    return Said(question.label, label, anchor(question_id))


def label_of(effect: Effect) -> str:
    words = {
        EffectKind.DISPOSITION: Disposition,
        EffectKind.URGENCY: Urgency,
        EffectKind.DUTY: Duty,
        EffectKind.SERVICE: Service,
    }
    return str(words[effect.kind](effect.code).label)


def duties(checklist: Checklist, codes: Iterable[str], standing: Iterable[str] = ()) -> list[Named]:
    """Duties, most important first, each with its guidance."""
    held, earlier = set(codes), set(standing)
    return [Named(d.value, str(d.label), checklist.duty_guidance[d], d in earlier) for d in Duty if d.value in held]


def services(codes: Iterable[str]) -> list[Named]:
    held = set(codes)
    return [Named(service.value, str(service.label)) for service in Service if service.value in held]


def missing(checklist: Checklist, proposal: Proposal) -> list[QuestionView]:
    """The unanswered questions that keep the disposition open, or are important."""
    return [QuestionView(checklist.questions[question], frozenset(), True) for question in proposal.missing]
