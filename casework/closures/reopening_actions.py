"""Proposals to open a monitored case again, and their answer."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from casework.cases.actions import reopen_case
from casework.cases.locking import lock_case_to_write
from casework.cases.vocabulary import ReopenCause
from casework.teams.models import Team
from casework.teams.permissions import members_of
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Permission
from foundation.journal.stale import stale
from regions.recent_calendars import recent_calendar
from regions.working_hours import add_working_days

from .events import REOPENING_ACCEPTED, REOPENING_PROPOSED, REOPENING_REFUSED
from .models import Reopening
from .permissions import is_monitored, may_propose_reopening
from .recording import record, store
from .states import REOPENING_TRANSITIONS, ReopeningState

#: Working days of the centre until a proposal should be answered.
ANSWER_DAYS = 1


@transaction.atomic
def propose_reopening(
    *, by: User, reopening_id: uuid.UUID, case_id: uuid.UUID, cause: ReopenCause, words: str
) -> Reopening:
    """Propose to the centre that a monitored case is opened again. A repeated post proposes once.

    Raises Stale while another proposal waits, or if the case is not monitored.
    """
    team = Team.objects.filter(pk=case_id).first()
    if team is None or not may_propose_reopening(by, case_id):
        raise NotAllowed(Permission.TEAM_WORK)
    known = Reopening.objects.filter(pk=reopening_id, team=case_id).first()
    if known:
        return known
    if not is_monitored(case_id):
        raise stale(case_id)
    reopening = Reopening(pk=reopening_id, team=team, centre_id=team.centre_id, data_key_id=team.data_key_id)
    reopening.cause, reopening.words, reopening.proposed_by = cause, words, by
    bodies = members_of(by, case_id)
    reopening.organisation_id = bodies[0].organisation_id if bodies else team.centre_id
    now = reopening.proposed_at
    reopening.due_at = add_working_days(now, ANSWER_DAYS, recent_calendar(team.centre_id, now))
    try:
        with transaction.atomic():
            reopening.save(force_insert=True)
    except IntegrityError as error:  # another one waits
        raise stale(case_id) from error
    record(REOPENING_PROPOSED, by, reopening, reopening.organisation_id, cause=cause)
    return reopening


@transaction.atomic
def answer_reopening(*, by: User, reopening_id: uuid.UUID, version: int, reopens: bool, answer: str = "") -> None:
    """Open the case again, or say why not. Raises Stale. A repeat has no effect.

    ``answer``: never empty if it is not opened again.
    """
    found = Reopening.objects.filter(pk=reopening_id).first()
    if found is None:
        raise NotAllowed(Permission.CASE_READ)
    case = lock_case_to_write(by, found.team_id)
    reopening = Reopening.objects.select_for_update(no_key=True).get(pk=reopening_id)
    to = ReopeningState.REOPENED if reopens else ReopeningState.REFUSED
    if reopening.state == to and reopening.decided_by_id == by.pk:
        return
    if reopening.version != version or to not in REOPENING_TRANSITIONS[ReopeningState(reopening.state)]:
        raise stale(reopening_id)
    store(reopening, state=to, decided_at=timezone.now(), decided_by=by, answer=answer)
    record(REOPENING_ACCEPTED if reopens else REOPENING_REFUSED, by, reopening, reopening.centre_id)
    if reopens:
        reopen_case(by=by, case_id=case.pk, cause=ReopenCause(reopening.cause))
