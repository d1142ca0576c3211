"""Closings of cases for tests, made with the real actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from past_policies import change, insert
from people import as_user, new_id

from casework.cases.models import Case
from casework.cases.vocabulary import CloseReason, ReopenCause
from casework.closures import actions, reopening_actions
from casework.closures.models import Closure, Opinion, Reopening
from casework.teams.models import Team
from foundation.accounts.models import Organisation, User
from foundation.privacy.context import acting_as
from handoff.referrals.centre_actions import carry_out_closure

SIGN = "He is with them again."
REACHED = "He is back at school, and has a mentor."


def proposed(by: User, case: Case, **values: Any) -> Closure:
    said = {
        "closure_id": new_id(),
        "reason": CloseReason.GOALS_MET,
        "reached": REACHED,
        "services": "The youth centre.",
        "family_knows": True,
        "is_monitored": False,
        "without_assessment": "There was no assessment at the beginning.",
        **values,
    }
    made: Closure = as_user(by, actions.propose_closure, by=by, case_id=case.pk, **said)
    return stored(made, by)


def opinion_of(reader: User, closure: Closure, organisation: Organisation) -> Opinion:
    with acting_as(reader, purpose="test"):
        return Opinion.objects.select_related("data_key").get(closure=closure, organisation=organisation)


def said(by: User, closure: Closure, organisation: Organisation, *, is_for: bool = True, reason: str = "") -> None:
    opinion = opinion_of(by, closure, organisation)
    answer = {"opinion_id": opinion.pk, "version": opinion.version, "is_for": is_for, "reason": reason}
    as_user(by, actions.give_opinion, by=by, **answer)


def decided(by: User, closure: Closure, *, agrees: bool = True, decision: str = "") -> Closure:
    now = stored(closure, by)
    answer = {"closure_id": closure.pk, "version": now.version, "agrees": agrees, "decision": decision}
    as_user(by, actions.decide, by=by, **answer)
    return stored(closure, by)


def carried_out(by: User, closure: Closure) -> None:
    now = stored(closure, by)
    as_user(by, carry_out_closure, by=by, closure_id=closure.pk, version=now.version)


def closed_together(by: User, coordinator: User, case: Case, *bodies: tuple[User, Organisation], **values: Any) -> None:
    """Proposed at the centre, everybody is for it, a coordinator decides, carried out."""
    closure = proposed(by, case, **values)
    for person, organisation in bodies:
        said(person, closure, organisation)
    decided(coordinator, closure)
    carried_out(by, closure)


def asked_to_reopen(by: User, case: Case, **values: Any) -> Reopening:
    said = {"reopening_id": new_id(), "cause": ReopenCause.WARNING_SIGN, "words": SIGN, **values}
    made: Reopening = as_user(by, reopening_actions.propose_reopening, by=by, case_id=case.pk, **said)
    return made


def stored(closure: Closure, reader: User) -> Closure:
    with acting_as(reader, purpose="test"):
        return Closure.objects.with_names().get(pk=closure.pk)


def time_is_over(closure: Closure) -> None:
    """As if the bodies had been asked long ago."""
    change(Opinion.objects.filter(closure=closure), due_at=timezone.now() - timedelta(minutes=1))


def asked_as_if_monitored(by: User, case: Case, organisation: Organisation) -> Reopening:
    """A proposal of a body to open a case again that is open."""
    with acting_as(by, purpose="test"):
        team = Team.objects.get(pk=case.pk)
        made = Reopening(team=team, centre_id=team.centre_id, data_key_id=team.data_key_id, organisation=organisation)
        made.cause, made.words, made.proposed_by = ReopenCause.WARNING_SIGN, SIGN, by
        made.due_at = timezone.now()
        insert([made])
    return made
