"""All steps of closing a case together: proposed, said for or against, decided, withdrawn, carried out."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from casework.assessments.models import CaseAssessment
from casework.cases.permissions import is_open
from casework.cases.vocabulary import CloseReason
from casework.teams.locking import lock_team
from casework.teams.models import Member, Team
from casework.teams.permissions import members_with, writes_case
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service
from foundation.journal.stale import stale
from regions.recent_calendars import recent_calendar
from regions.working_hours import add_working_days

from .events import (
    CLOSURE_AGREED,
    CLOSURE_CARRIED_OUT,
    CLOSURE_OPPOSED,
    CLOSURE_PROPOSED,
    CLOSURE_REFUSED,
    CLOSURE_SUPPORTED,
    CLOSURE_UNANSWERED,
    CLOSURE_WITHDRAWN,
)
from .locking import lock_closure, lock_opinion
from .models import Closure, Opinion
from .monitoring import plan_monitoring
from .permissions import PROPOSING_HATS, may_answer, may_decide, may_propose, may_withdraw
from .recording import record, store
from .states import AGAINST, OPINION_TRANSITIONS, TRANSITIONS, ClosureState, OpinionState
from .work import Step

#: Working days of the centre until the bodies should have said what they think.
ANSWER_DAYS = 5


class StillHeard(Exception):
    """Somebody has not answered yet, and their time is not over."""


class NeedsReason(Exception):
    """A body is against it, and the decision does not say why it is closed all the same."""


@transaction.atomic
def propose_closure(
    *,
    by: User,
    closure_id: uuid.UUID,
    case_id: uuid.UUID,
    reason: CloseReason,
    reached: str,
    services: str,
    family_knows: bool,
    is_monitored: bool,
    earlier: CaseAssessment | None = None,
    repeated: CaseAssessment | None = None,
    without_assessment: str = "",
) -> Closure:
    """Propose to the bodies of the team that an open case is closed. A repeated post proposes once.

    ``earlier``, ``repeated``: delivered assessments of the risk; ``without_assessment``: why there are not both.

    Raises Stale if no other body is in the team, another proposal waits, or the case is not open.
    """
    lock_team(case_id)
    team = Team.objects.filter(pk=case_id).first()
    if team is None or not may_propose(by, case_id):
        raise NotAllowed(Permission.TEAM_WORK)
    if known := Closure.objects.of_case(case_id).filter(pk=closure_id).first():
        return known
    has_bodies = Member.objects.in_team().filter(team=case_id).exists()
    if not is_open(case_id) or not has_bodies or Closure.objects.of_case(case_id).current().exists():
        raise stale(case_id)
    closure = Closure(pk=closure_id, team=team, centre_id=team.centre_id, data_key_id=team.data_key_id, proposed_by=by)
    closure.organisation_id = _own_body(by, case_id, team.centre_id)
    closure.reason, closure.reached, closure.services = reason, reached, services
    closure.family_knows, closure.is_monitored = family_knows, is_monitored
    closure.earlier, closure.repeated, closure.without_assessment = earlier, repeated, without_assessment
    closure.due_at = _answer_due(closure)
    closure.save(force_insert=True)  # triggers ask the bodies, and set who decides
    record(CLOSURE_PROPOSED, by, closure, closure.organisation_id, reason=reason)
    return closure


def _answer_due(closure: Closure) -> datetime:
    asked_at = closure.proposed_at
    return add_working_days(asked_at, ANSWER_DAYS, recent_calendar(closure.centre_id, asked_at))


def _own_body(by: User, case_id: uuid.UUID, centre_id: int) -> int:
    """For whom the person proposes: a body that may, else the centre."""
    bodies = members_with(by, case_id, PROPOSING_HATS)
    return bodies[0].organisation_id if bodies else centre_id


@transaction.atomic
def give_opinion(*, by: User, opinion_id: uuid.UUID, version: int, is_for: bool, reason: str = "") -> None:
    """Say what the body thinks, as long as nothing is decided. Raises Stale. A repeat has no effect.

    ``reason``: never empty against it.
    """
    closure = lock_opinion(opinion_id)
    opinion = Opinion.objects.filter(pk=opinion_id).first()
    if closure is None or opinion is None or not may_answer(by, opinion):
        raise NotAllowed(Permission.TEAM_WORK)
    to = OpinionState.FOR if is_for else OpinionState.AGAINST
    if opinion.state == to and opinion.answered_by_id == by.pk:
        return
    is_allowed = to in OPINION_TRANSITIONS[OpinionState(opinion.state)]
    if opinion.version != version or not is_allowed or not closure.is_open:
        raise stale(opinion.closure_id)
    store(opinion, state=to, reason=reason, answered_at=timezone.now(), answered_by=by)
    record(CLOSURE_SUPPORTED if is_for else CLOSURE_OPPOSED, by, closure, opinion.organisation_id)


@transaction.atomic
def decide(*, by: User, closure_id: uuid.UUID, version: int, agrees: bool, decision: str = "") -> None:
    """Agree to the closing or refuse it, for who is accountable for the risk. A repeat has no effect.

    ``decision``: why; never empty for a refusal. Raises Stale, StillHeard, NeedsReason.
    """
    closure = lock_closure(closure_id)
    if closure is None or not may_decide(by, closure):
        raise NotAllowed(Permission.TEAM_WORK)
    to = ClosureState.AGREED if agrees else ClosureState.REFUSED
    if closure.state == to and closure.decided_by_id == by.pk:
        return
    _check(closure, version, to)
    now = timezone.now()
    if closure.opinions.waiting().filter(due_at__gt=now).exists():
        raise StillHeard
    if not decision and (not agrees or closure.opinions.filter(state__in=AGAINST).exists()):
        raise NeedsReason
    store(closure, state=to, decided_at=now, decided_by=by, decision=decision)
    record(CLOSURE_AGREED if agrees else CLOSURE_REFUSED, by, closure, closure.accountable_id)


@transaction.atomic
def withdraw(*, by: User, closure_id: uuid.UUID, version: int, reason: str) -> None:
    """Withdraw the proposal; what is agreed only who works on the case at the centre. A repeat has no effect.

    Raises Stale.
    """
    closure = lock_closure(closure_id)
    if closure is None or not may_withdraw(by, closure):
        raise NotAllowed(Permission.TEAM_WORK)
    if closure.state == ClosureState.WITHDRAWN and closure.ended_by_id == by.pk:
        return
    if closure.is_agreed and not writes_case(by, closure.team_id):
        raise NotAllowed(Permission.TEAM_WORK)
    _check(closure, version, ClosureState.WITHDRAWN)
    _end(by, closure, ClosureState.WITHDRAWN, withdrawal=reason)
    record(CLOSURE_WITHDRAWN, by, closure, closure.organisation_id)


def mark_carried_out(*, by: User, closure: Closure) -> None:
    """Called by handoff when the case is monitored or closed, as ``closure`` says; it is locked."""
    _end(by, closure, ClosureState.CARRIED_OUT)
    record(CLOSURE_CARRIED_OUT, by, closure, closure.centre_id)
    if closure.is_monitored:
        plan_monitoring(by, closure)


@transaction.atomic
def withdraw_with_case(*, by: User, case_id: uuid.UUID) -> None:
    """Withdraw what waits when the last body has left and one person closes the case. Called by handoff."""
    for found in Closure.objects.of_case(case_id).current():
        closure = lock_closure(found.pk)
        if closure is not None and closure.is_current:
            _end(by, closure, ClosureState.WITHDRAWN, withdrawal=gettext("One person closed the case."))
            record(CLOSURE_WITHDRAWN, by, closure, closure.centre_id)


def run_step(*, by: User, subject: uuid.UUID, step: str, now: datetime) -> None:
    """A body has not said in time what it thinks. Its closing is locked."""
    if by.service != Service.DEADLINES:
        raise NotAllowed(Permission.CASE_READ)
    opinion = Opinion.objects.select_related("closure").waiting().filter(pk=subject).first()
    if opinion is not None and step == Step.SILENT:
        store(opinion, state=OpinionState.SILENT)
        record(CLOSURE_UNANSWERED, by, opinion.closure, opinion.organisation_id)


def _end(by: User, closure: Closure, to: ClosureState, **values: Any) -> None:
    store(closure, state=to, ended_at=timezone.now(), ended_by=by, **values)


def _check(closure: Closure, version: int, to: ClosureState) -> None:
    if closure.version != version or to not in TRANSITIONS[ClosureState(closure.state)]:
        raise stale(closure.pk)
