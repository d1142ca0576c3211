"""All writes to assessments: who is asked, begins, writes, delivers, declines and withdraws."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from casework.cases.models import Case
from casework.cases.permissions import is_open
from casework.teams.actions import team_of
from casework.teams.models import Team
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.journal.actions import NewEvent, record_all
from foundation.journal.stale import stale
from foundation.privacy.actions import new_data_key
from foundation.privacy.event_kinds import EventKind
from triage.engine.answers import Answers, given_answers, visible

from .events import (
    CASE_ASSESSMENT_BEGUN,
    CASE_ASSESSMENT_DECLINED,
    CASE_ASSESSMENT_DELIVERED,
    CASE_ASSESSMENT_EDITED,
    CASE_ASSESSMENT_OVERDUE,
    CASE_ASSESSMENT_REMINDED,
    CASE_ASSESSMENT_REQUESTED,
    CASE_ASSESSMENT_SUPERSEDED,
    CASE_ASSESSMENT_WITHDRAWN,
)
from .models import AssessmentContent, AssessmentRating, CaseAssessment
from .permissions import authors_for, is_author, may_withdraw, people_who_assess
from .questionnaire import Template, unanswered
from .ratings import level_of
from .states import TRANSITIONS, CaseAssessmentState
from .vocabulary import DeclineReason, Profession, Shares
from .work import Step

S = CaseAssessmentState


class NotToAsk(Exception):
    """The person may not be asked by this one: not in the team and not of the centre, or no longer."""


class NotComplete(Exception):
    """``questions``: ids of those without an answer. ``needs_conclusion``: whether there is no conclusion."""

    def __init__(self, questions: Collection[str], *, needs_conclusion: bool) -> None:
        super().__init__(f"{len(questions)} questions without an answer")
        self.questions = questions
        self.needs_conclusion = needs_conclusion


class WrongProfession(Exception):
    """The questionnaire is not for this profession."""


@transaction.atomic
def request(
    *,
    by: User,
    assessment_id: uuid.UUID,
    case_id: uuid.UUID,
    template: Template,
    author: User,
    organisation: Organisation,
    reason: str,
    due_at: datetime,
) -> CaseAssessment:
    """Ask for an assessment of an open case; one's own begins at once. A repeated post asks once.

    Raises NotAllowed for who may not ask anybody, NotToAsk for this author, Stale for a closed case.
    """
    team = _lock_team(by, case_id)
    known = CaseAssessment.objects.filter(pk=assessment_id, team=case_id).first()
    if known:
        return known
    if (author.pk, organisation.pk) not in _to_ask(by, case_id, team.centre):
        raise NotToAsk
    assessment = CaseAssessment(pk=assessment_id, team=team, centre_id=team.centre_id, data_key_id=team.data_key_id)
    assessment.author, assessment.organisation = author, organisation
    assessment.template, assessment.template_version = template.id, template.version
    assessment.template_digest, assessment.is_clinical = template.digest, template.is_clinical
    assessment.reason, assessment.due_at, assessment.requested_by = reason, due_at, by
    if author.pk == by.pk:
        assessment.state, assessment.begun_at = S.UNDER_WAY, timezone.now()
    assessment.save(force_insert=True)
    if assessment.is_writable:
        _make_content(assessment)
    _record(CASE_ASSESSMENT_BEGUN if assessment.is_writable else CASE_ASSESSMENT_REQUESTED, by, assessment)
    return assessment


def _to_ask(by: User, case_id: uuid.UUID, centre: Organisation) -> set[tuple[int, int]]:
    """Raises NotAllowed for who may ask nobody."""
    found = {(one.user.pk, one.organisation.pk) for one in authors_for(by, case_id, centre)}
    if not found:
        raise NotAllowed(Permission.CASE_READ)
    return found


def _lock_team(by: User, case_id: uuid.UUID) -> Team:
    """The team, made if who works on the case is the first to need it. People of bodies do not read the case."""
    case = Case.objects.select_for_update(no_key=True).filter(pk=case_id).first()
    if case is not None and authors_for(by, case_id, case.centre):
        if not case.is_open:
            raise stale(case_id)
        return team_of(case)
    team = Team.objects.select_related("centre").filter(pk=case_id).first()
    if team is None:
        raise NotAllowed(Permission.TEAM_WORK)
    if not is_open(case_id):
        raise stale(case_id)
    return team


@transaction.atomic
def begin(*, by: User, assessment_id: uuid.UUID, version: int) -> None:
    """The author begins. Raises Stale. A repeat has no effect."""
    assessment = _lock(by, assessment_id, is_author)
    if assessment.state == S.UNDER_WAY:
        return
    _check(assessment, version, S.UNDER_WAY)
    _move(by, assessment, S.UNDER_WAY, CASE_ASSESSMENT_BEGUN, begun_at=timezone.now())
    _make_content(assessment)


def _make_content(assessment: CaseAssessment) -> None:
    AssessmentContent(assessment=assessment, data_key=new_data_key()).save(force_insert=True)


@transaction.atomic
def decline(*, by: User, assessment_id: uuid.UUID, version: int, reason: DeclineReason) -> None:
    """The author does not make it. What was written stays the author's. Raises Stale. A repeat has no effect."""
    assessment = _lock(by, assessment_id, is_author)
    if assessment.state == S.DECLINED and assessment.decline_reason == reason:
        return
    _check(assessment, version, S.DECLINED)
    _move(by, assessment, S.DECLINED, CASE_ASSESSMENT_DECLINED, decline_reason=reason, **_ended(by))


@transaction.atomic
def withdraw(*, by: User, assessment_id: uuid.UUID, version: int) -> None:
    """It is no longer asked for. Raises Stale. A repeat has no effect."""
    assessment = _lock(by, assessment_id, may_withdraw)
    if assessment.state == S.WITHDRAWN:
        return
    _check(assessment, version, S.WITHDRAWN)
    _move(by, assessment, S.WITHDRAWN, CASE_ASSESSMENT_WITHDRAWN, **_ended(by))


def end_with_members(*, by: User, case_id: uuid.UUID, organisation_id: int | None) -> None:
    """Withdraw what is open, of a body that leaves, or of everybody when the case is closed."""
    found = CaseAssessment.objects.open().filter(team=case_id).order_by("pk").select_for_update(no_key=True)
    for assessment in found.filter(organisation=organisation_id) if organisation_id else found:
        _move(by, assessment, S.WITHDRAWN, CASE_ASSESSMENT_WITHDRAWN, **_ended(by))


@transaction.atomic
def write(
    *, by: User, assessment_id: uuid.UUID, version: int, answers: Answers, notes: str, conclusion: str
) -> AssessmentContent:
    """Keep what the author has written so far. ``version``: of the content. Raises Stale, AnswerError.

    A repeat of what is stored has no effect, whatever its version.
    """
    assessment = _lock(by, assessment_id, is_author)
    content = _content(assessment)
    given_answers(assessment.questionnaire, answers)
    new = {"answers": dict(answers), "notes": notes, "conclusion": conclusion}
    if all(getattr(content, name) == value for name, value in new.items()):
        return content
    if content.version != version:
        raise stale(assessment_id)
    _save_content(content, **new, saved_at=timezone.now())
    _record(CASE_ASSESSMENT_EDITED, by, assessment)
    return content


@transaction.atomic
def deliver(
    *,
    by: User,
    assessment_id: uuid.UUID,
    version: int,
    profession: Profession,
    shares: Shares,
    readers: Collection[int] = (),
) -> None:
    """Deliver what is written, and give the team its copy. ``version``: of the content; ``readers``: ids of people.

    The one of the same kind and body before it is superseded. Raises Stale, NotComplete, WrongProfession, NotToAsk for
    a reader who is not of the team or the centre. A repeat has no effect.
    """
    assessment = _lock(by, assessment_id, is_author)
    if assessment.is_complete:
        return
    content = _content(assessment)
    if content.version != version:
        raise stale(assessment_id)
    if profession not in assessment.questionnaire.professions:
        raise WrongProfession
    named = {one.user.pk for one in people_who_assess(assessment.team_id, assessment.centre)}
    if not set(readers) <= named:
        raise NotToAsk
    _check_complete(assessment, content)
    _save_content(content, readers=sorted(set(readers)))
    _rate(assessment, content)
    earlier = _earlier(assessment)
    values = {"profession": profession, "shares": shares, "supersedes": earlier, "delivered_at": timezone.now()}
    copy = _team_copy(assessment, content, shares)
    _move(by, assessment, S.DELIVERED, CASE_ASSESSMENT_DELIVERED, **values, **copy)
    if earlier is not None:
        _move(by, earlier, S.SUPERSEDED, CASE_ASSESSMENT_SUPERSEDED)


def _rate(assessment: CaseAssessment, content: AssessmentContent) -> None:
    """For the figures; whom the content is not shown to reads this neither."""
    level = level_of(assessment.questionnaire, given_answers(assessment.questionnaire, content.answers))
    if level is not None:
        AssessmentRating(assessment=assessment, level=level).save(force_insert=True)


def _team_copy(assessment: CaseAssessment, content: AssessmentContent, shares: Shares) -> dict[str, Any]:
    """What the team will read."""
    if shares == Shares.FACT:
        return {}
    if shares == Shares.CONCLUSION:
        return {"shared_conclusion": content.conclusion}
    shown = visible(assessment.questionnaire, given_answers(assessment.questionnaire, content.answers)).given
    answers = {question: content.answers[question] for question in shown}
    return {"shared_conclusion": content.conclusion, "shared_answers": answers}


def _check_complete(assessment: CaseAssessment, content: AssessmentContent) -> None:
    template = assessment.questionnaire
    missing = [question.id for question in unanswered(template, given_answers(template, content.answers))]
    if missing or not content.conclusion.strip():
        raise NotComplete(missing, needs_conclusion=not content.conclusion.strip())


def _earlier(assessment: CaseAssessment) -> CaseAssessment | None:
    """The one in force of the same kind and body, locked."""
    same = CaseAssessment.objects.filter(
        team=assessment.team_id, organisation=assessment.organisation_id, template=assessment.template
    )
    found = same.filter(state=S.DELIVERED).order_by("-delivered_at", "pk")
    return found.select_for_update(no_key=True).first()


def run_step(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """It is due, or overdue: the author, then the coordinators are told. The assessment is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.CASE_READ)
    assessment = CaseAssessment.objects.open().filter(pk=subject).first()
    if assessment is None:
        return
    if step == Step.REMIND:
        _record(CASE_ASSESSMENT_REMINDED, by, assessment)
    elif step == Step.ESCALATE:
        _store(assessment, escalated_at=now)
        _record(CASE_ASSESSMENT_OVERDUE, by, assessment)


def _lock(by: User, assessment_id: uuid.UUID, may: Callable[[User, CaseAssessment], bool]) -> CaseAssessment:
    assessment = CaseAssessment.objects.select_for_update(no_key=True).filter(pk=assessment_id).first()
    if assessment is None or not may(by, assessment):
        raise NotAllowed(Permission.CASE_READ)
    return assessment


def _content(assessment: CaseAssessment) -> AssessmentContent:
    """The content of one that is under way. Raises Stale."""
    if not assessment.is_writable:
        raise stale(assessment.pk)
    return AssessmentContent.objects.select_related("data_key").get(assessment=assessment)


def _check(assessment: CaseAssessment, version: int, to: CaseAssessmentState) -> None:
    if assessment.version != version or to not in TRANSITIONS[CaseAssessmentState(assessment.state)]:
        raise stale(assessment.pk)


def _ended(by: User) -> dict[str, Any]:
    return {"ended_at": timezone.now(), "ended_by": by}


def _move(by: User, assessment: CaseAssessment, to: CaseAssessmentState, kind: EventKind, **values: Any) -> None:
    _store(assessment, state=to, **values)
    _record(kind, by, assessment)


def _store(assessment: CaseAssessment, **values: Any) -> None:
    for name, value in values.items():
        setattr(assessment, name, value)
    assessment.version += 1
    assessment.save(update_fields=[*values, "version"])


def _save_content(content: AssessmentContent, **values: Any) -> None:
    for name, value in values.items():
        setattr(content, name, value)
    content.version += 1
    content.save(update_fields=[*values, "version"])


def _record(kind: EventKind, by: User, assessment: CaseAssessment) -> None:
    facts: Mapping[str, Any] = {"organisation": assessment.organisation_id, "to": assessment.author_id}
    groups = [organisation_group(assessment.centre_id), user_group(assessment.author_id)]
    event = NewEvent(
        kind=kind,
        subject=assessment.pk,
        case=assessment.team_id,
        centre=assessment.centre_id,
        data={**facts, "reason": assessment.decline_reason},
        tell=[*groups, user_group(assessment.requested_by_id)],
    )
    record_all([event], by=by)
