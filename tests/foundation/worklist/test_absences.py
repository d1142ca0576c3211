"""Nothing waits for somebody who is away: on days off, gone, or not signed in for two working days."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from assessments import SECURITY
from case_rows import make_case
from contacts import a_contact, browser, contact_as
from django.db import ProgrammingError, transaction
from django.urls import reverse
from django.utils import timezone
from past_policies import change
from people import People, as_user, make_user, new_id

from casework.cases import work_actions
from casework.cases.models import Action, Case
from foundation.accounts.models import Session, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from foundation.worklist.absence_actions import end_absence, enter_absence, release
from foundation.worklist.absences import Missing, Why, working_days_before
from foundation.worklist.models import Absence, WorkItem
from foundation.worklist.tasks import release_work
from hotline.contacts.callbacks import claim_callback, complete_contact, schedule_callback
from triage.vocabulary import Duty

pytestmark = pytest.mark.django_db
PAGE = reverse("worklist:absences")


def enter(by: User, person: User, people: People, **values: Any) -> Absence:
    given = {"starts_on": timezone.localdate(), "ends_on": None, "deputy": None, "absence_id": new_id(), **values}
    absence: Absence = as_user(by, enter_absence, by=by, organisation=people.centre, person=person, **given)
    return absence


def gone_home(person: User, **ago: float) -> None:
    """Last seen some time ago; two hours, unless said otherwise."""
    seen = timezone.now() - timedelta(**(ago or {"hours": 2}))
    change(User.objects.filter(pk=person.pk), last_login=seen, date_joined=seen)
    change(Session.objects.filter(user=person), expire_date=seen)


def action_of(people: People, case: Case) -> Action:
    with acting_as(people.coordinator, purpose="test"):
        return Action.objects.get(case=case, duty=Duty.SECURITY_INFORMATION)


def whose(people: People, subject: uuid.UUID) -> tuple[int | None, bool]:
    with acting_as(people.coordinator, purpose="test"):
        item = WorkItem.objects.get(subject=subject)
        return item.user_id, item.is_escalated


def events(people: People, subject: uuid.UUID) -> list[tuple[str, Any]]:
    with acting_as(people.coordinator, purpose="test"):
        rows = Event.objects.filter(subject=subject).order_by("pk")
        return [(one.kind, one.data) for one in rows]


def untriaged(by: User) -> uuid.UUID:
    contact = a_contact(by)
    as_user(by, complete_contact, by=by, contact_id=contact)
    return contact


def test_work_goes_to_the_deputy_who_then_reads_it_and_it_is_recorded(people: People) -> None:
    action, contact = action_of(people, make_case(people.handler, SECURITY)), untriaged(people.handler)
    gone_home(people.handler)
    enter(people.handler, people.handler, people, deputy=people.colleague)
    release_work()
    release_work()
    assert whose(people, action.pk) == whose(people, contact) == (people.colleague.pk, False)
    assert contact_as(people.colleague, contact).handler_id == people.colleague.pk
    with acting_as(people.colleague, purpose="test"):
        assert Case.objects.filter(pk=action.case_id).exists()
    given = [data for kind, data in events(people, action.pk) if kind == "action.to_deputy"]
    assert [(data["to"], data["for"]) for data in given] == [(people.colleague.pk, people.handler.pk)]
    assert [kind for kind, _data in events(people, contact)].count("triage.to_deputy") == 1
    assert "with User" not in browser(people.coordinator).get("/today/").content.decode()


def test_work_that_comes_meanwhile_goes_there_too_and_what_was_taken_stays(people: People) -> None:
    gone_home(people.handler)
    absence = enter(people.handler, people.handler, people, deputy=people.colleague)
    action = action_of(people, make_case(people.handler, SECURITY))
    release_work()
    assert whose(people, action.pk) == (people.colleague.pk, False)
    for _twice in range(2):
        as_user(people.handler, end_absence, by=people.handler, absence_id=absence.pk)
    release_work()
    assert whose(people, action.pk) == (people.colleague.pk, False)
    assert [kind for kind, _data in events(people, absence.pk)] == ["absence.entered", "absence.ended"]


@pytest.mark.parametrize("deputy", ["none", "away too", "gone"])
def test_without_a_deputy_who_is_there_the_shift_has_it(people: People, deputy: str) -> None:
    action, contact = action_of(people, make_case(people.handler, SECURITY)), untriaged(people.handler)
    gone_home(people.handler)
    enter(people.coordinator, people.handler, people, deputy=None if deputy == "none" else people.colleague)
    if deputy == "away too":
        enter(people.coordinator, people.colleague, people)
    if deputy == "gone":
        change(User.objects.filter(pk=people.colleague.pk), is_active=False)
    release_work()
    assert whose(people, action.pk) == whose(people, contact) == (None, False)
    other = make_user((people.centre, Role.HANDLER))
    shown = browser(other).get("/today/").content.decode()
    assert reverse("cases:action", args=[action.pk]) in shown
    assert reverse("triage:panel", args=[contact]) in shown


def test_who_is_at_work_in_spite_of_it_is_left_alone(people: People) -> None:
    action = action_of(people, make_case(people.handler, SECURITY))
    enter(people.handler, people.handler, people, deputy=people.colleague)
    browser(people.handler).get("/today/")
    release_work()
    assert whose(people, action.pk)[0] == people.handler.pk


def test_planned_and_past_days_take_nothing_and_past_ones_end(people: People) -> None:
    action = action_of(people, make_case(people.handler, SECURITY))
    gone_home(people.handler)
    today = timezone.localdate()
    planned = enter(people.handler, people.handler, people, starts_on=today + timedelta(days=2))
    past = enter(people.handler, people.handler, people, ends_on=today)
    change(Absence.objects.filter(pk=past.pk), starts_on=today - timedelta(days=9), ends_on=today - timedelta(days=2))
    release_work()
    assert whose(people, action.pk)[0] == people.handler.pk
    with acting_as(people.handler, purpose="test"):
        assert list(Absence.objects.not_ended()) == [planned]


def test_nobody_signs_in_for_two_working_days_and_what_is_due_is_the_shifts(people: People) -> None:
    action, later = (action_of(people, make_case(people.handler, SECURITY)) for _two in range(2))
    change(WorkItem.objects.filter(subject=action.pk), due_at=timezone.now() - timedelta(minutes=1))
    change(WorkItem.objects.filter(subject=later.pk), due_at=timezone.now() + timedelta(days=1))
    gone_home(people.handler, hours=20)
    release_work()
    assert whose(people, action.pk)[0] == people.handler.pk
    gone_home(people.handler, days=5)
    release_work()
    assert (whose(people, action.pk)[0], whose(people, later.pk)[0]) == (None, people.handler.pk)
    assert [kind for kind, _data in events(people, action.pk)].count("action.left_behind") == 1


@pytest.mark.parametrize("how", ["closed", "role ended"])
def test_who_left_has_no_work(people: People, how: str) -> None:
    action = action_of(people, make_case(people.handler, SECURITY))
    if how == "closed":
        change(User.objects.filter(pk=people.handler.pk), is_active=False)
    else:
        ended = {"ended_at": timezone.now(), "ended_by": people.coordinator}
        change(people.handler.memberships.all(), **ended)
    release_work()
    assert whose(people, action.pk) == (None, False)


def test_what_cannot_be_given_to_the_shift_is_before_the_coordinators(people: People) -> None:
    key = new_id()
    details = {"phone": "+4930123456", "due_at": timezone.now() + timedelta(hours=1)}
    as_user(people.handler, schedule_callback, by=people.handler, callback_id=key, **details)
    as_user(people.handler, claim_callback, by=people.handler, callback_id=key, contact_id=new_id())
    gone_home(people.handler)
    enter(people.handler, people.handler, people)
    release_work()
    assert whose(people, key) == (people.handler.pk, True)
    shown = browser(people.coordinator).get("/today/").content.decode()
    assert "1 item still waits" in shown
    assert f"callback-{key}" in shown


def test_an_item_that_was_given_to_another_meanwhile_is_left_alone(people: People) -> None:
    action = action_of(people, make_case(people.handler, SECURITY))
    with acting_as(people.coordinator, purpose="test"):
        item = WorkItem.objects.get(subject=action.pk)
    give = {"action_id": action.pk, "version": action.version, "to": people.colleague}
    as_user(people.handler, work_actions.give_action, by=people.handler, **give)
    service = service_user(Service.DEADLINES)
    gone = Missing(people.handler, people.centre.pk, Why.AWAY)
    as_user(service, release, by=service, item_id=item.pk, missing=gone)
    assert whose(people, action.pk) == (people.colleague.pk, False)
    with pytest.raises(NotAllowed):
        as_user(people.coordinator, release, by=people.coordinator, item_id=item.pk, missing=gone)


def test_own_and_by_coordinators_twice_and_by_nobody_else(people: People) -> None:
    key = new_id()
    assert {enter(people.handler, people.handler, people, absence_id=key).pk for _twice in range(2)} == {key}
    for stranger in (people.colleague, people.other_coordinator, people.worker):
        with pytest.raises(NotAllowed):
            enter(stranger, people.handler, people)
        with pytest.raises(NotAllowed):
            as_user(stranger, end_absence, by=stranger, absence_id=key)
        assert browser(stranger).post(reverse("worklist:end_absence", args=[key])).status_code == 404
    with pytest.raises(NotAllowed):
        enter(people.coordinator, people.worker, people)
    with pytest.raises(NotAllowed):
        enter(people.coordinator, people.handler, people, deputy=people.worker)
    assert browser(people.funder).get(PAGE).status_code == 404
    as_user(people.coordinator, end_absence, by=people.coordinator, absence_id=key)


def test_the_database_refuses_the_same(people: People) -> None:
    absence = enter(people.handler, people.handler, people)
    for stranger in (people.other_coordinator, people.worker):
        with acting_as(stranger, purpose="test"):
            assert not Absence.objects.exists()
    made = {"user": people.handler, "organisation": people.centre, "starts_on": date(2027, 1, 1)}
    for by, made_by in ((people.colleague, people.colleague), (people.handler, people.coordinator)):
        with acting_as(by, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
            Absence(**made, made_by=made_by).save(force_insert=True)
    with acting_as(people.colleague, purpose="test"):
        assert Absence.objects.filter(pk=absence.pk).update(ended_at=timezone.now()) == 0
    with acting_as(people.handler, purpose="test"), pytest.raises(ProgrammingError), transaction.atomic():
        Absence.objects.filter(pk=absence.pk).update(starts_on=date(2027, 1, 2))


@pytest.mark.parametrize(
    "absurd",
    [
        {"starts_on": "2020-01-01"}, {"starts_on": "2099-01-01"}, {"starts_on": "yesterday"}, {"absence_id": "x"},
        {"ends_on": "2026-01-01"}, {"person": "0"}, {"deputy": "self"}, {"deputy": "999999"},
    ],
)  # fmt: skip
def test_what_is_absurd_is_said(people: People, absurd: dict[str, str]) -> None:
    data = {"absence_id": str(new_id()), "person": str(people.coordinator.pk)}
    data |= {"starts_on": timezone.localdate().isoformat(), "ends_on": "", "deputy": "", **absurd}
    data["deputy"] = str(people.coordinator.pk) if data["deputy"] == "self" else data["deputy"]
    client = browser(people.coordinator)
    assert client.post(PAGE, data).status_code == 422
    assert client.post(PAGE, {**data, **dict.fromkeys(absurd, "")}).status_code in (302, 422)


def test_page_for_oneself_and_for_coordinators(people: People) -> None:
    client = browser(people.handler)
    assert "Nobody is away." in client.get(PAGE).content.decode()
    data = {"absence_id": str(new_id()), "starts_on": timezone.localdate().isoformat()}
    assert client.post(PAGE, {**data, "person": str(people.colleague.pk)}).status_code == 302
    shown = browser(people.colleague).get(PAGE).content.decode()
    assert people.handler.name in shown
    assert "Back again" not in shown
    assert people.handler.name in browser(people.coordinator).get("/today/").content.decode()
    with acting_as(people.handler, purpose="test"):
        (absence,) = Absence.objects.all()
    assert absence.user_id == people.handler.pk
    assert client.post(reverse("worklist:end_absence", args=[absence.pk])).status_code == 302
    assert "Nobody is away." in client.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("now", "then"),
    [("2026-11-30", "2026-11-26"), ("2026-12-01", "2026-11-27"), ("2026-12-04", "2026-12-02")],
)
def test_weekends_are_no_working_days(now: str, then: str) -> None:
    at = datetime.fromisoformat(f"{now}T10:00").replace(tzinfo=UTC)
    assert working_days_before(at, 2).date().isoformat() == then


def test_day_begins_in_the_time_zone_of_the_organisation(people: People) -> None:
    action = action_of(people, make_case(people.handler, SECURITY))
    with time_machine.travel(datetime(2026, 12, 1, 22, 30, tzinfo=UTC), tick=False):
        gone_home(people.handler, hours=5)
        enter(people.handler, people.handler, people, starts_on=date(2026, 12, 2))
        release_work()
        assert whose(people, action.pk)[0] == people.handler.pk
    with time_machine.travel(datetime(2026, 12, 1, 23, 30, tzinfo=UTC), tick=False):
        release_work()
        assert whose(people, action.pk)[0] is None
