"""Random histories of reviews, closings, monitoring and reopening: what must hold whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import closures
from assessments import make_contact
from case_rows import give, make_case
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from people import People, as_user, new_id
from reviews import ANSWERS, following, in_days, plan_in_force
from teams import Body, accepted, invited, make_body

from casework.cases.actions import link_contact, reopen_case
from casework.cases.closing_needs import NotReady
from casework.cases.models import Case
from casework.cases.states import CaseState
from casework.cases.vocabulary import CloseReason, ReopenCause
from casework.closures import actions as closing
from casework.closures.models import Closure, Opinion, Reopening
from casework.closures.reopening_actions import answer_reopening, propose_reopening
from casework.closures.states import CARRIED_OUT
from casework.reviews import actions as reviewing
from casework.reviews.models import Review
from casework.reviews.permissions import Holder
from casework.reviews.vocabulary import ReviewKind
from casework.teams.actions import InTeamAlready, leave, name_people
from casework.teams.models import Member
from casework.teams.vocabulary import EndReason, Hat
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.services import Service, service_user
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from foundation.worklist import actions as worklist
from foundation.worklist.models import WorkItem
from handoff.referrals.centre_actions import carry_out_closure, close_case

WHO = ["handler", "coordinator", "colleague", "mayor", "school"]


@dataclass
class History:
    """A case with a plan in force. The mayor's office is accountable for the risk and coordinates the process."""

    people: People
    case: Case
    mayor: Body
    school: Body

    def person(self, who: str) -> User:
        body: Body | None = getattr(self, who, None)
        return body.person if body else getattr(self.people, who)

    def do(self, who: str, action: Callable[..., Any], **values: Any) -> None:
        by = self.person(who)
        as_user(by, action, by=by, **values)

    def newest(self, model: type[Any], **values: Any) -> Any:
        """Of the case, whatever its state; None if there is none."""
        with acting_as(self.people.coordinator, purpose="test"):
            return model.objects.filter(team=self.case.pk, **values).order_by("pk").last()

    def reviews(self) -> list[Review]:
        """Those that are not over."""
        with acting_as(self.people.coordinator, purpose="test"):
            return list(Review.objects.with_names().open().of_case(self.case.pk).order_by("due_at", "pk"))

    def holder(self, which: int) -> Holder:
        bodies = [Holder(body.organisation, body.person) for body in (self.mayor, self.school)]
        return [Holder(self.people.centre, None), Holder(self.people.centre, self.people.handler), *bodies][which % 4]


def propose(history: History, who: str, which: int) -> None:
    said = {"reason": CloseReason.GOALS_MET, "reached": "Much.", "services": "The youth centre.", "family_knows": True}
    said |= {"is_monitored": bool(which % 3), "without_assessment": "There was none.", "closure_id": new_id()}
    history.do(who, closing.propose_closure, case_id=history.case.pk, **said)


def answer(history: History, who: str, which: int) -> None:
    """For the body of the person; the centre for others."""
    body: Body | None = getattr(history, who, None)
    organisation = body.organisation if body else history.people.centre
    opinion: Opinion | None = history.newest(Opinion, organisation=organisation)
    if opinion:
        values = {"opinion_id": opinion.pk, "version": opinion.version, "is_for": bool(which % 4), "reason": "A doubt."}
        history.do(who, closing.give_opinion, **values)


def on_closure(action: Callable[..., Any], **values: Any) -> Callable[[History, str, int], None]:
    def step(history: History, who: str, which: int) -> None:
        with acting_as(history.people.coordinator, purpose="test"):
            closure = Closure.objects.of_case(history.case.pk).order_by("-proposed_at").first()
        if closure:
            history.do(who, action, closure_id=closure.pk, version=closure.version, **values)

    return step


def time_is_over(history: History, _who: str, _which: int) -> None:
    closure: Closure | None = history.newest(Closure, state="open")
    if closure:
        closures.time_is_over(closure)


def together(history: History, _who: str, which: int) -> None:
    """The whole way of a joint closing, as far as it is not gone yet."""
    if history.newest(Closure, state__in=("open", "agreed")) is None:
        propose(history, "handler", which)
    time_is_over(history, "", 0)
    for who in ("mayor", "coordinator"):
        try:
            on_closure(closing.decide, agrees=True, decision="It is time.")(history, who, 0)
        except REFUSED:
            continue
    on_closure(carry_out_closure)(history, "handler", 0)


def on_reopening(history: History, who: str, which: int) -> None:
    found: Reopening | None = history.newest(Reopening, state="proposed")
    if found:
        values = {"reopening_id": found.pk, "version": found.version, "reopens": bool(which % 2), "answer": "No."}
        history.do(who, answer_reopening, **values)


def plan(history: History, who: str, which: int) -> None:
    values = {"review_id": new_id(), "kind": ReviewKind.PLAN, "due_at": in_days(5), "holder": history.holder(which)}
    history.do(who, reviewing.plan_review, case_id=history.case.pk, **values)


def on_review(action: Callable[..., Any], **given: Any) -> Callable[[History, str, int], None]:
    def step(history: History, who: str, which: int) -> None:
        found = history.reviews()
        if not found:
            return
        one = found[which % len(found)]
        values = {name: value(history, which) if callable(value) else value for name, value in given.items()}
        history.do(who, action, review_id=one.pk, version=one.version, **values)

    return step


def next_one(history: History, which: int) -> Any:
    return following(history.holder(which), in_days(40))


def warning(_history: History, which: int) -> Any:
    values = {name: getattr(ANSWERS, name) for name in ("on_track", "findings")}
    return reviewing.Answers(**values, has_warning_sign=bool(which % 2))


def sweep(history: History, _who: str, which: int) -> None:
    """The next step of an item of the case, as if its time had come."""
    service = service_user(Service.DEADLINES)
    subjects = [one.pk for one in history.reviews()]
    with acting_as(service, purpose="test"):
        for item in WorkItem.objects.filter(subject__in=subjects).order_by("due_at", "pk")[which : which + 1]:
            later = max(item.next_at or timezone.now(), timezone.now()) + timedelta(minutes=1)
            worklist.run_step(by=service, item_id=item.pk, now=later)


def member(history: History, which: int) -> tuple[Body, Member | None]:
    body = [history.school, history.mayor][which % 2]
    with acting_as(history.people.coordinator, purpose="test"):
        found = Member.objects.filter(team=history.case.pk, organisation=body.organisation)
        return body, found.order_by("-invited_at").first()


def go(history: History, _who: str, which: int) -> None:
    body, found = member(history, which)
    if found:
        values = {"member_id": found.pk, "version": found.version, "reason": EndReason.NOT_NEEDED}
        as_user(body.person, leave, by=body.person, **values)


def come_back(history: History, _who: str, which: int) -> None:
    body, _found = member(history, which)
    hats = [Hat.RISK, Hat.PROCESS] if body is history.mayor else [Hat.WORKS]
    accepted(
        invited(history.people.handler, history.case, body.organisation, hats=hats, is_settled=True),
        body.person,
        body.deputy,
    )


def name_another(history: History, _who: str, which: int) -> None:
    body, found = member(history, which)
    if found and found.person_id:
        person, deputy = (body.deputy, body.person) if found.person_id == body.person.pk else (body.person, body.deputy)
        values = {"member_id": found.pk, "version": found.version, "person": person, "deputy": deputy}
        as_user(body.person, name_people, by=body.person, **values)


def new_information(history: History, who: str, _which: int) -> None:
    contact = make_contact(history.people.handler)
    history.do(who, link_contact, case_id=history.case.pk, contact=contact)


STEPS: dict[str, Callable[[History, str, int], None]] = {
    "propose": propose,
    "answer": answer,
    "time is over": time_is_over,
    "agree": on_closure(closing.decide, agrees=True, decision="It is time."),
    "refuse": on_closure(closing.decide, agrees=False, decision="Not yet."),
    "withdraw": on_closure(closing.withdraw, reason="Too soon."),
    "carry out": on_closure(carry_out_closure),
    "close together": together,
    "close alone": lambda history, who, which: history.do(
        who, close_case, case_id=history.case.pk, reason=CloseReason.MOVED if which % 2 else None
    ),
    "reopen": lambda history, who, _which: history.do(
        who, reopen_case, case_id=history.case.pk, cause=ReopenCause.WARNING_SIGN
    ),
    "propose to reopen": lambda history, who, _which: history.do(
        who,
        propose_reopening,
        case_id=history.case.pk,
        reopening_id=new_id(),
        cause=ReopenCause.WARNING_SIGN,
        words=closures.SIGN,
    ),
    "answer the proposal to reopen": on_reopening,
    "plan a review": plan,
    "hold the last": on_review(reviewing.hold_review, answers=warning, following=None, reason="It is the last one."),
    "hold": on_review(reviewing.hold_review, answers=warning, following=next_one),
    "move": on_review(reviewing.move_review, reason="Holidays.", following=next_one),
    "drop": on_review(reviewing.drop_review, reason="Not needed."),
    "time": sweep,
    "body leaves": go,
    "body comes back": come_back,
    "body names another": name_another,
    "new information": new_information,
    "case to somebody": lambda history, _who, which: give(
        history.people, history.case, [None, history.people.colleague, history.people.handler][which % 3]
    ),
}
walks = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(WHO), st.integers(min_value=0, max_value=5)), max_size=12
)
REFUSED = (
    *(NotAllowed, Stale, NotReady, InTeamAlready, closing.StillHeard, closing.NeedsReason),
    *(reviewing.CannotHold, reviewing.NotInTeam),
)
MONITORED = [("close together", "", 1)]


@dataclass(frozen=True)
class Seen:
    """What the coordinator sees of the case between two steps."""

    state: str
    bodies: frozenset[tuple[int, int | None]]
    carried_out: int


def seen(history: History) -> Seen:
    with acting_as(history.people.coordinator, purpose="test"):
        members = Member.objects.in_team().filter(team=history.case.pk)
        named = {(one.organisation_id, person) for one in members for person in (one.person_id, one.deputy_id)}
        closings = Closure.objects.of_case(history.case.pk).filter(state__in=CARRIED_OUT, decided_by__isnull=False)
        return Seen(Case.objects.get(pk=history.case.pk).state, frozenset(named), closings.count())


def check(history: History, before: Seen) -> None:
    now, people = seen(history), history.people
    if before.state == CaseState.OPEN != now.state and before.bodies:
        assert now.carried_out == before.carried_out + 1, "closed without an agreement of the bodies"
    with acting_as(people.coordinator, purpose="test"):
        found = WorkItem.objects.filter(reference=history.case.reference)
        of_reviews = found.filter(kind__in=("review", "review_proposed"))
        listed = {one.subject: (one.organisation_id, one.user_id, one.role) for one in of_reviews}
        others = set(found.values_list("kind", flat=True))
    open_ones = history.reviews()
    assert set(listed) == {one.pk for one in open_ones}
    for one in open_ones:
        assert listed[one.pk] == (one.organisation_id, one.user_id, "")
        at_centre = {(people.centre.pk, who.pk) for who in (people.handler, people.colleague, people.coordinator)}
        assert (one.organisation_id, one.user_id) in {(people.centre.pk, None), *at_centre, *now.bodies}
    watched = any(one.kind == ReviewKind.MONITORING for one in open_ones)
    if now.state == CaseState.MONITORED:
        assert watched or others & {"monitoring_over", "reopening"}, "nobody watches"
    else:
        assert not watched
        assert not others & {"monitoring_over", "reopening"}
    assert now.state != CaseState.CLOSED or not open_ones


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=walks)
@example(walk=[*MONITORED, ("hold the last", "mayor", 1), ("answer the proposal to reopen", "handler", 1)])
@example(walk=[*MONITORED, ("body leaves", "", 1), ("body leaves", "", 0), *[("drop", "handler", 0)] * 4])
@example(walk=[*MONITORED, *[("drop", "handler", 0)] * 4, ("propose to reopen", "school", 0), ("reopen", "handler", 0)])
@example(walk=[*MONITORED, ("reopen", "handler", 0), *MONITORED, ("close alone", "handler", 0)])
@example(
    walk=[*MONITORED, ("new information", "handler", 0), ("plan a review", "handler", 2), ("reopen", "handler", 0)]
)
@example(walk=[("plan a review", "handler", 3), ("body leaves", "", 0), ("case to somebody", "", 1), ("time", "", 0)])
@example(walk=[("propose", "mayor", 1), ("body leaves", "", 1), ("body leaves", "", 0), ("close alone", "handler", 1)])
@example(walk=[*MONITORED, ("move", "mayor", 0), ("body names another", "", 1), ("time", "", 0), ("time", "", 0)])
def test_whatever_happens_nobody_is_left_alone(people: People, walk: list[tuple[str, str, int]]) -> None:
    case, mayor, school = make_case(people.handler), make_body("Mayor"), make_body("School")
    plan_in_force(people, case)
    history = History(people, case, mayor, school)
    come_back(history, "", 0)
    come_back(history, "", 1)
    for name, who, which in walk:
        before = seen(history)
        try:
            STEPS[name](history, who or "handler", which)
        except REFUSED:
            continue
        check(history, before)
