"""All writes to consultations: who is asked, answers, declines and withdraws."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from casework.cases.models import Case
from casework.cases.permissions import is_open
from casework.teams.actions import team_of
from casework.teams.models import Member, Team
from casework.teams.permissions import works_for, writes_case
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.push_groups import organisation_group, user_group
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.journal.actions import NewEvent, record_all
from foundation.journal.stale import stale
from foundation.privacy.actions import new_data_key
from foundation.privacy.event_kinds import EventKind

from .events import (
    CONSULTATION_ANSWERED,
    CONSULTATION_ASKED,
    CONSULTATION_DECLINED,
    CONSULTATION_OVERDUE,
    CONSULTATION_REMINDED,
    CONSULTATION_WITHDRAWN,
)
from .models import Consultation
from .permissions import consultants_for, is_consultant, may_withdraw
from .states import TRANSITIONS, ConsultationState
from .work import Step

S = ConsultationState


class NotToAsk(Exception):
    """The person cannot be asked, or no longer: works nowhere that can be asked, or there is a conflict of interest."""


@transaction.atomic
def ask(
    *,
    by: User,
    consultation_id: uuid.UUID,
    case_id: uuid.UUID,
    asking_body: Organisation,
    consultant: User,
    organisation: Organisation,
    question: str,
    due_at: datetime,
    is_shared: bool = False,
) -> Consultation:
    """Ask somebody about an open case, for the centre or a body of its team. A repeated post asks once.

    ``is_shared``: whether the centre reads what a body asks. Raises NotAllowed for who may not ask for this body,
    NotToAsk, Stale for a closed case.
    """
    team = _lock_team(by, case_id, asking_body)
    known = Consultation.objects.filter(pk=consultation_id, team=case_id, asked_by=by).first()
    if known:
        return known
    asked = {(one.user.pk, one.organisation.pk) for one in consultants_for(by, case_id, team.centre)}
    if (consultant.pk, organisation.pk) not in asked:
        raise NotToAsk
    made = Consultation(pk=consultation_id, team=team, centre_id=team.centre_id, data_key=new_data_key())
    made.asking_body, made.asked_by = asking_body, by
    made.is_shared = is_shared or made.is_of_centre
    made.consultant, made.organisation = consultant, organisation
    made.question, made.due_at = question, due_at
    made.save(force_insert=True)
    _record(CONSULTATION_ASKED, by, made)
    return made


def _lock_team(by: User, case_id: uuid.UUID, asking_body: Organisation) -> Team:
    """The team, while neither the case is closed nor the body leaves. The centre makes it if there is none yet."""
    case = Case.objects.select_for_update(no_key=True).filter(pk=case_id, centre=asking_body).first()
    if case is not None and writes_case(by, case_id):
        if not case.is_open:
            raise stale(case_id)
        return team_of(case)
    bodies = Member.objects.in_team().filter(team=case_id, organisation=asking_body)
    member = bodies.select_for_update(no_key=True).first()
    if member is None or not works_for(by, member):
        raise NotAllowed(Permission.TEAM_WORK)
    if not is_open(case_id):
        raise stale(case_id)
    return Team.objects.select_related("centre").get(pk=case_id)


@transaction.atomic
def answer(*, by: User, consultation_id: uuid.UUID, version: int, answer: str) -> None:
    """Answer, also late. Raises Stale. A repeat has no effect."""
    found = _lock(by, consultation_id, is_consultant)
    if found.state == S.ANSWERED and found.answer == answer:
        return
    _check(found, version, S.ANSWERED)
    _move(by, found, S.ANSWERED, CONSULTATION_ANSWERED, answer=answer)


@transaction.atomic
def decline(*, by: User, consultation_id: uuid.UUID, version: int, reason: str) -> None:
    """Do not answer, with a reason that who asked reads. Raises Stale. A repeat has no effect."""
    found = _lock(by, consultation_id, is_consultant)
    if found.state == S.DECLINED and found.decline_reason == reason:
        return
    _check(found, version, S.DECLINED)
    _move(by, found, S.DECLINED, CONSULTATION_DECLINED, decline_reason=reason)


@transaction.atomic
def withdraw(*, by: User, consultation_id: uuid.UUID, version: int) -> None:
    """It is no longer asked for. Raises Stale. A repeat has no effect."""
    found = _lock(by, consultation_id, may_withdraw)
    if found.state == S.WITHDRAWN:
        return
    _check(found, version, S.WITHDRAWN)
    _move(by, found, S.WITHDRAWN, CONSULTATION_WITHDRAWN)


def end_with_case(*, by: User, case_id: uuid.UUID, organisation_id: int | None) -> None:
    """Withdraw what a body that leaves has asked, or everybody when the work on the case ends.

    By a function of the database, as ``by`` need not see what a body asked.
    """
    withdrawn = "select * from ntk.withdraw_consultations(%s, %s)"
    for consultation in Consultation.objects.raw(withdrawn, [case_id, organisation_id]):
        _record(CONSULTATION_WITHDRAWN, by, consultation)


def run_step(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """Half of the time is over, or all of it: who is asked, then who asked is told. The consultation is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.CASE_READ)
    found = Consultation.objects.open().filter(pk=subject).first()
    if found is None:
        return
    if step == Step.REMIND:
        _record(CONSULTATION_REMINDED, by, found)
    elif step == Step.ESCALATE:
        _store(found, escalated_at=now)
        _record(CONSULTATION_OVERDUE, by, found)


def _lock(by: User, consultation_id: uuid.UUID, may: Callable[[User, Consultation], bool]) -> Consultation:
    rows = Consultation.objects.select_for_update(no_key=True, of=("self",)).select_related("data_key")
    found = rows.filter(pk=consultation_id).first()
    if found is None or not may(by, found):
        raise NotAllowed(Permission.CASE_READ)
    return found


def _check(consultation: Consultation, version: int, to: ConsultationState) -> None:
    if consultation.version != version or to not in TRANSITIONS[ConsultationState(consultation.state)]:
        raise stale(consultation.pk)


def _move(by: User, consultation: Consultation, to: ConsultationState, kind: EventKind, **values: Any) -> None:
    _store(consultation, state=to, ended_at=timezone.now(), ended_by=by, **values)
    _record(kind, by, consultation)


def _store(consultation: Consultation, **values: Any) -> None:
    for name, value in values.items():
        setattr(consultation, name, value)
    consultation.version += 1
    consultation.save(update_fields=[*values, "version"])


def _record(kind: EventKind, by: User, consultation: Consultation) -> None:
    """What the centre does not read is no event of the case, and the centre is not told."""
    is_shared = consultation.is_shared
    people = {consultation.consultant_id, consultation.asked_by_id}
    asking = [organisation_group(consultation.asking_body_id)]
    event = NewEvent(
        kind=kind,
        subject=consultation.pk,
        case=consultation.team_id if is_shared else None,
        centre=consultation.centre_id,
        data={"organisation": consultation.organisation_id, "to": consultation.consultant_id},
        tell=[
            *asking,
            *([organisation_group(consultation.centre_id)] if is_shared and not consultation.is_of_centre else []),
            *(user_group(key) for key in sorted(people)),
        ],
    )
    record_all([event], by=by)
