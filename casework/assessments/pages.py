"""Data of the pages of assessments for one user."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from foundation.accounts.models import User
from foundation.privacy.unshown import read_or
from triage.engine.answers import given_answers, still_valid, visible
from triage.engine.conditions import Given
from triage.engine.differences import Difference, Direction, differences
from triage.engine.questionnaire import Question, Section

from .forms import DeclineForm, StepForm
from .models import AssessmentContent, CaseAssessment
from .permissions import is_author, may_withdraw, reads_content
from .questionnaire import Template
from .vocabulary import Shares


@dataclass(frozen=True)
class AnsweredQuestion:
    question: Question
    answers: list[str]


@dataclass(frozen=True)
class ShownContent:
    """What the user reads of an assessment: all of it, or the team's copy. ``answers`` is empty if that has none."""

    template: Template
    answers: Mapping[str, Any]
    conclusion: str
    is_whole: bool

    @cached_property
    def sections(self) -> list[tuple[Section, list[AnsweredQuestion]]]:
        """The answered questions by section."""
        given = visible(self.template, given_answers(self.template, still_valid(self.template, self.answers))).given
        found = (
            (section, [AnsweredQuestion(q, said(q, given[q.id])) for q in section.questions if q.id in given])
            for section in self.template.sections
        )
        return [(section, questions) for section, questions in found if questions]


def said(question: Question, given: frozenset[str]) -> list[str]:
    """Answers in words, in the order of the question."""
    if question.is_text:
        return sorted(given)
    return [str(answer.label) for answer in question.answers if answer.code in given]


@dataclass(frozen=True)
class ShownDifference:
    question: Question
    earlier: list[str]
    later: list[str]
    direction: Direction


@dataclass(frozen=True)
class AssessmentPage:
    """One assessment as ``user`` sees it."""

    assessment: CaseAssessment
    user: User

    @cached_property
    def is_author(self) -> bool:
        return is_author(self.user, self.assessment)

    @cached_property
    def reason(self) -> str:
        return read_or(self.assessment, lambda: str(self.assessment.reason), "")

    @cached_property
    def content(self) -> AssessmentContent | None:
        """What the author wrote, if the user may read it."""
        return content_for(self.user, self.assessment)

    @cached_property
    def shown(self) -> ShownContent | None:
        """What the user reads; None if nothing, or while the author has not delivered."""
        return shown_of(self.assessment, self.content) if self.assessment.is_complete else None

    @property
    def notes(self) -> str:
        """The author's, for the author alone."""
        content = self.content if self.is_author else None
        return read_or(content, lambda: str(content.notes), "") if content else ""

    @property
    def may_write(self) -> bool:
        return self.is_author and self.assessment.is_writable

    @property
    def may_begin(self) -> bool:
        return self.is_author and self.assessment.is_requested

    @cached_property
    def may_withdraw(self) -> bool:
        return self.assessment.is_open and may_withdraw(self.user, self.assessment)

    @cached_property
    def others_of_kind(self) -> list[CaseAssessment]:
        """Delivered ones of the same kind on this case, newest first."""
        found = CaseAssessment.objects.complete().with_names().select_related("data_key")
        same = found.filter(team=self.assessment.team_id, template=self.assessment.template)
        return list(same.exclude(pk=self.assessment.pk).order_by("-delivered_at", "pk"))

    def compared_with(self, chosen: str) -> CaseAssessment | None:
        """An earlier one of the same kind: the chosen one, else the one that this supersedes, else the latest."""
        mine = self.assessment.delivered_at
        earlier = [one for one in self.others_of_kind if mine and one.delivered_at and one.delivered_at < mine]
        by_key = {str(one.pk): one for one in earlier}
        found = by_key.get(chosen) or by_key.get(str(self.assessment.supersedes_id))
        return found or (earlier[0] if earlier else None)

    def differences_from(self, earlier: CaseAssessment) -> list[ShownDifference] | None:
        """What has changed since; None if the user does not read the answers of both."""
        before = shown_of(earlier, content_for(self.user, earlier))
        if not (before and before.answers and self.shown and self.shown.answers):
            return None
        template = self.assessment.questionnaire
        return [_in_words(one) for one in differences(template, before.answers, self.shown.answers)]

    def forms(self) -> dict[str, Any]:
        """Those of the steps that the user may take."""
        seen = {"version": self.assessment.version}
        found: dict[str, Any] = {}
        if self.may_begin:
            found["begin_form"] = StepForm(initial=seen)
        if self.is_author and self.assessment.is_open:
            found["decline_form"] = DeclineForm(initial=seen)
        if self.may_withdraw:
            found["withdraw_form"] = StepForm(initial=seen)
        return found


def _in_words(one: Difference) -> ShownDifference:
    return ShownDifference(one.question, said(one.question, one.earlier), said(one.question, one.later), one.direction)


def content_for(user: User, assessment: CaseAssessment) -> AssessmentContent | None:
    content = AssessmentContent.objects.select_related("data_key").filter(assessment=assessment).first()
    if content is None:
        return None
    content.assessment = assessment
    return content if reads_content(user, content) else None


def shown_of(assessment: CaseAssessment, content: AssessmentContent | None) -> ShownContent | None:
    """The whole for who reads it, else the team's copy; None if there is none, or it cannot be decrypted."""
    if content is not None:
        template = assessment.questionnaire
        return read_or(content, lambda: ShownContent(template, content.answers, content.conclusion, True), None)
    if assessment.shares in (Shares.CONCLUSION, Shares.WHOLE):
        return read_or(assessment, lambda: _team_copy(assessment), None)
    return None


def _team_copy(assessment: CaseAssessment) -> ShownContent:
    return ShownContent(assessment.questionnaire, assessment.shared_answers, assessment.shared_conclusion, False)


def assessments_of(case_id: uuid.UUID) -> list[CaseAssessment]:
    """Those of a case: open ones as they are due, then the others, newest first."""
    found = list(CaseAssessment.objects.with_names().filter(team=case_id).order_by("-requested_at", "pk"))
    waiting = sorted((one for one in found if one.is_open), key=lambda one: (one.due_at, one.pk))
    return waiting + [one for one in found if not one.is_open]


def given_in(template: Template, content: AssessmentContent) -> Given:
    """The stored answers, normalised."""
    return given_answers(template, still_valid(template, content.answers))
