"""However a case goes on, no protected duty ends unseen: it is on the worklist until done, or dropped by two people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from assessments import SECURITY, make_contact
from case_rows import assessed, give
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from people import People, as_user, make_user

from casework.cases import actions as casework
from casework.cases import work_actions
from casework.cases.models import Action, Case
from casework.cases.open_duties import OpenDuties
from casework.cases.states import ActionState, CaseState
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist import actions as worklist
from foundation.worklist.absence_actions import release
from foundation.worklist.absences import Missing, Why
from foundation.worklist.models import WorkItem
from handoff.referrals.centre_actions import close_case
from hotline.contacts.models import Contact
from triage import actions as triage
from triage.models import Assessment

DANGER = {**SECURITY, "age_band": "14_17", "child_welfare_risk": "serious"}
NO_DANGER = {"security_signal": "none", "child_welfare_risk": "no"}
WHO = ["handler", "colleague", "coordinator", "second"]


@dataclass
class History:
    people: People
    second: User
    contact: Contact
    case: Case

    def person(self, who: str) -> User:
        found: User = self.second if who == "second" else getattr(self.people, who)
        return found

    def do(self, who: str, action: Callable[..., Any], **values: Any) -> None:
        user = self.person(who)
        as_user(user, action, by=user, **values)

    def duties(self) -> list[Action]:
        with acting_as(self.people.coordinator, purpose="test"):
            found = Action.objects.protected().filter(contact=self.contact)
            return list(found.select_related("drop_proposed_by", "ended_by").order_by("added_at", "duty", "pk"))

    def newest(self) -> Assessment:
        with acting_as(self.people.coordinator, purpose="test"):
            return Assessment.objects.of_contact(self.contact.pk).newest_first()[0]


def on_duty(action: Callable[..., Any], **values: Any) -> Callable[[History, str, int], None]:
    def step(history: History, who: str, which: int) -> None:
        duties = history.duties()
        one = duties[which % len(duties)]
        history.do(who, action, action_id=one.pk, version=one.version, **values)

    return step


def sweep(history: History, _who: str, which: int) -> None:
    """The next step of one duty, as if its time had come."""
    duties = history.duties()
    service = service_user(Service.DEADLINES)
    with acting_as(service, purpose="test"):
        for item in WorkItem.objects.filter(subject=duties[which % len(duties)].pk):
            later = max(item.next_at or timezone.now(), timezone.now()) + timedelta(minutes=1)
            worklist.run_step(by=service, item_id=item.pk, now=later)


def go_away(history: History, who: str, which: int) -> None:
    """The work of the person is taken from them, for a deputy or the shift."""
    person, deputy = history.person(who), history.people.colleague if which % 2 else None
    service = service_user(Service.DEADLINES)
    missing = Missing(person, history.people.centre.pk, Why.AWAY, deputy)
    with acting_as(service, purpose="test"):
        for item in WorkItem.objects.filter(user=person):
            release(by=service, item_id=item.pk, missing=missing)


def to_somebody(history: History, who: str, which: int) -> None:
    duties = history.duties()
    one = duties[which % len(duties)]
    to = [None, history.people.handler, history.people.colleague, history.people.coordinator][which % 4]
    history.do(who, work_actions.give_action, action_id=one.pk, version=one.version, to=to)


def assess_again(history: History, who: str, which: int) -> None:
    """A new triage finds no danger any more and wants no duty, or finds it again."""
    ended = bool(which % 2)
    history.do(who, triage.supersede, assessment_id=history.newest().pk)
    answers = NO_DANGER if ended else {key: DANGER[key] for key in NO_DANGER}
    draft = history.newest()
    history.do(who, triage.answer_several, assessment_id=draft.pk, version=draft.version, answers=answers)
    draft = history.newest()
    choice = triage.Choice.as_proposed(draft.proposal())
    if ended:
        choice = triage.Choice(choice.disposition, choice.urgency, frozenset(), "No danger any more.")
    history.do(who, casework.complete_triage, assessment_id=draft.pk, version=draft.version, choice=choice)


def do_all(history: History, who: str, _which: int) -> None:
    for one in history.duties():
        if one.is_open:
            history.do(who, work_actions.finish_action, action_id=one.pk, version=one.version, result="Done.")


def confirm_triage(history: History, who: str, _which: int) -> None:
    newest = history.newest()
    history.do(who, casework.confirm_triage, assessment_id=newest.pk, version=newest.version, note="Seen.")


STEPS: dict[str, Callable[[History, str, int], None]] = {
    "take": on_duty(work_actions.take_action),
    "begin": on_duty(work_actions.begin_action),
    "done": on_duty(work_actions.finish_action, result="Done."),
    "all done": do_all,
    "drop": on_duty(work_actions.drop_action, reason="not_needed", result="A reason."),
    "confirm drop": on_duty(work_actions.confirm_drop),
    "refuse drop": on_duty(work_actions.refuse_drop),
    "later": on_duty(work_actions.move_due, due_at=timezone.now() + timedelta(days=20)),
    "to somebody": to_somebody,
    "time": sweep,
    "away": go_away,
    "case to somebody": lambda history, who, which: give(
        history.people, history.case, [None, history.people.colleague, history.people.handler][which % 3]
    ),
    "assess again": assess_again,
    "confirm triage": confirm_triage,
    "close": lambda history, who, which: history.do(who, close_case, case_id=history.case.pk, reason="goals_met"),
    "reopen": lambda history, who, which: history.do(who, casework.reopen_case, case_id=history.case.pk, cause="asked"),
}
walks = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(WHO), st.integers(min_value=0, max_value=5)), max_size=10
)
REFUSED = (NotAllowed, Stale, OpenDuties, triage.ChoiceError, triage.SecuringDuties)


def check(history: History) -> None:
    with acting_as(history.people.coordinator, purpose="test"):
        state = Case.objects.get(pk=history.case.pk).state
        items = {item.subject: item for item in WorkItem.objects.filter(kind__in=["action", "drop"])}
        ends = set(Event.objects.filter(kind__in=["action.done", "action.dropped"]).values_list("subject", "actor"))
        confirmed = set(
            Assessment.objects.filter(confirmed_by__isnull=False).values_list("contact", "confirmed_by")
        )  # fmt: skip
    for one in history.duties():
        assert one.is_open == (one.pk in items)
        if one.is_open:
            assert state == CaseState.OPEN
            is_proposed = one.state == ActionState.DROP_PROPOSED  # then it waits for the coordinators
            expected = ("drop", None, "coordinator") if is_proposed else ("action", one.user_id, one.role)
            found = items[one.pk]
            assert (found.kind, found.user_id, found.role) == expected
            assert found.centre_id == history.people.centre.pk
        elif one.state == ActionState.DONE:
            assert (one.pk, one.ended_by_id) in ends
        else:
            assert one.drop_proposed_by_id != one.ended_by_id
            assert one.ended_by in (history.people.coordinator, history.second)
            assert (one.pk, one.ended_by_id) in ends or (one.contact_id, one.ended_by_id) in confirmed


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=walks)
@example(walk=[("drop", "handler", 0), ("confirm drop", "handler", 0), ("confirm drop", "coordinator", 0)])
@example(walk=[("drop", "coordinator", 0), ("confirm drop", "coordinator", 0), ("confirm drop", "second", 0)])
@example(walk=[("drop", "handler", 0), ("time", "", 0), ("time", "", 0), ("time", "", 0), ("close", "coordinator", 0)])
@example(walk=[("assess again", "handler", 1), ("close", "handler", 0), ("confirm triage", "coordinator", 0)])
@example(walk=[("away", "handler", 1), ("away", "colleague", 0), ("take", "handler", 0), ("close", "handler", 0)])
@example(walk=[("all done", "handler", 0), ("close", "handler", 0), ("reopen", "handler", 0)])
@example(walk=[("drop", "handler", 0), ("assess again", "handler", 1), ("confirm triage", "coordinator", 0)])
@example(walk=[("assess again", "handler", 1), ("confirm triage", "coordinator", 0), ("assess again", "handler", 0)])
def test_no_protected_duty_ends_unseen(people: People, walk: list[tuple[str, str, int]]) -> None:
    contact = make_contact(people.handler)
    case = as_user(
        people.handler, casework.open_case, by=people.handler, assessment=assessed(people.handler, contact, DANGER)
    )
    history = History(people, make_user((people.centre, Role.COORDINATOR)), contact, case)
    duties = {one.pk for one in history.duties()}
    assert len(duties) >= 2
    for name, who, which in walk:
        try:
            STEPS[name](history, who or "handler", which)
        except REFUSED:
            continue
        check(history)
        assert duties <= {one.pk for one in history.duties()}
