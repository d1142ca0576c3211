"""All writes to the open questions of a case: what is not known, and what was found out."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group
from foundation.accounts.roles import Permission
from foundation.journal.actions import NewEvent, record_all
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind

from .events import QUESTION_ANSWERED, QUESTION_ASKED, QUESTION_DROPPED
from .locking import lock_case_to_write
from .models import CaseQuestion
from .states import QUESTION_TRANSITIONS, QuestionState


@transaction.atomic
def ask_question(*, by: User, question_id: uuid.UUID, case_id: uuid.UUID, text: str) -> CaseQuestion:
    """Ask something in an open case; a repeated post asks no second time. Raises Stale for a closed case."""
    case = lock_case_to_write(by, case_id)
    known = CaseQuestion.objects.filter(pk=question_id, case=case).first()
    if known:
        return known
    if not case.is_open:
        raise stale(case_id)
    question = CaseQuestion(pk=question_id, case=case, centre_id=case.centre_id, data_key_id=case.data_key_id)
    question.text = text
    question.added_by = by
    question.save(force_insert=True)
    _record(QUESTION_ASKED, by, question)
    return question


@transaction.atomic
def answer_question(
    *, by: User, question_id: uuid.UUID, version: int, answer: str, source: str, reliability: str, credibility: str
) -> None:
    """Keep what was found out, from whom, and how far it can be trusted. Raises Stale, also for a closed case.

    A repeat has no effect.
    """
    graded = {"answer": answer, "source": source, "reliability": reliability, "credibility": credibility}
    _end(by, question_id, version, QuestionState.ANSWERED, QUESTION_ANSWERED, **graded)


@transaction.atomic
def drop_question(*, by: User, question_id: uuid.UUID, version: int, reason: str) -> None:
    """Say that it need not be known any more. Raises Stale, also for a closed case. A repeat has no effect."""
    _end(by, question_id, version, QuestionState.DROPPED, QUESTION_DROPPED, answer=reason)


def _end(by: User, question_id: uuid.UUID, version: int, to: QuestionState, kind: EventKind, **values: Any) -> None:
    found = CaseQuestion.objects.filter(pk=question_id).first()
    if found is None:
        raise NotAllowed(Permission.CASE_READ)
    case = lock_case_to_write(by, found.case_id)
    question = CaseQuestion.objects.select_for_update(no_key=True).get(pk=question_id)
    if question.state == to and question.ended_by_id == by.pk and _holds(question, values):
        return
    if not case.is_open or question.version != version or to not in QUESTION_TRANSITIONS[QuestionState(question.state)]:
        raise stale(question_id)
    values |= {"state": to, "ended_at": timezone.now(), "ended_by": by, "version": version + 1}
    for name, value in values.items():
        setattr(question, name, value)
    question.save(update_fields=list(values))
    _record(kind, by, question)


def _holds(question: CaseQuestion, values: dict[str, Any]) -> bool:
    return all(getattr(question, name) == value for name, value in values.items())


def _record(kind: EventKind, by: User, question: CaseQuestion) -> None:
    facts = {"question": question.code}
    tell = [organisation_group(question.centre_id)]
    event = NewEvent(
        kind=kind, subject=question.pk, case=question.case_id, centre=question.centre_id, data=facts, tell=tell
    )
    record_all([event], by=by)
