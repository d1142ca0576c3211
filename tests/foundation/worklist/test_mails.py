"""E-mails about due work: numbers only, one a day, nobody twice for the same urgent item, none for who has no work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from assessments import REFERRAL, SECURITY
from case_rows import make_case
from cluster import OwnDatabase
from django.core import mail
from django.urls import reverse
from mail_server import mail_server
from past_policies import change
from people import People, as_user, make_people, make_user, new_id
from referrals import in_threads
from web import browser

from casework.cases import work_actions
from casework.cases.models import Action, Case, Strand
from foundation.accounts.actions import choose_language, deactivate_user, end_role
from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from foundation.worklist import mail_actions
from foundation.worklist.absence_actions import enter_absence
from foundation.worklist.mail_actions import choose_mails
from foundation.worklist.models import MailChoice, WorkItem, WorkMail
from foundation.worklist.tasks import LEASE, send_mails
from handoff.referrals.work import WORK

#: A Monday at 7:30 in Berlin.
MONDAY = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
PAGE = reverse("worklist:mails")


@pytest.fixture(autouse=True)
def empty_outbox() -> None:
    mail.outbox = []


def sent_to(user: User) -> list[Any]:
    return [message for message in mail.outbox if message.to == [user.email]]


def mails_of(user: User) -> list[WorkMail]:
    with acting_as(service_user(Service.DEADLINES), purpose="test"):
        return list(WorkMail.objects.filter(user=user).order_by("due_at", "pk"))


def added(user: User, case: Case, due_at: datetime, to: User | None) -> Action:
    values: dict[str, Any] = {"text": "Call the school.", "strand": Strand.SOCIAL, "due_at": due_at, "to": to}
    made: Action = as_user(user, work_actions.add_action, by=user, action_id=new_id(), case_id=case.pk, **values)
    return made


def make_urgent(action: Action) -> None:
    """As those of an urgent triage are."""
    change(Action.objects.filter(pk=action.pk), is_urgent=True)
    change(WorkItem.objects.filter(subject=action.pk), is_urgent=True)


@pytest.fixture
def case(people: People) -> Case:
    """One action of the handler's is overdue on Monday morning, one is due then, one later."""
    with time_machine.travel(MONDAY - timedelta(days=3)):
        case = make_case(people.handler, REFERRAL)
        for hours in (60, 80, 120):
            added(people.handler, case, MONDAY + timedelta(hours=hours - 70), people.handler)
    return case


def test_one_mail_in_the_morning_with_numbers_only(people: People, case: Case) -> None:
    with time_machine.travel(MONDAY):
        for _time in range(3):
            send_mails()
    (message,) = sent_to(people.handler)
    assert message.subject == "Lotse: your work today"
    assert "1 item is overdue. 1 item is due today." in message.body
    assert reverse("worklist:today") in message.body
    assert PAGE in message.body
    for word in ("school", case.reference, str(case.pk), people.handler.name, "Call"):
        assert word not in f"{message.subject} {message.body}"
    assert not sent_to(people.worker)
    assert [one.sent_at is None for one in mails_of(people.worker)] == [True]


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        (MONDAY - timedelta(hours=1), 0),  # 6:30 in Berlin
        (MONDAY - timedelta(days=1), 0),  # a Sunday
        (MONDAY + timedelta(hours=12), 1),  # beat was down in the morning
        (MONDAY + timedelta(days=5), 0),  # a Saturday
    ],
)
def test_mail_comes_in_the_morning_of_a_working_day(people: People, case: Case, moment: datetime, number: int) -> None:
    with time_machine.travel(moment):
        send_mails()
    assert len(sent_to(people.handler)) == number


def test_morning_is_that_of_the_persons_time_zone(people: People, case: Case) -> None:
    change(Organisation.objects.filter(pk=people.centre.pk), time_zone="Europe/Lisbon")
    with time_machine.travel(MONDAY):  # 6:30 there
        send_mails()
        assert not sent_to(people.handler)
    with time_machine.travel(MONDAY + timedelta(hours=1)):
        send_mails()
    assert len(sent_to(people.handler)) == 1


def test_after_two_days_without_beat_there_is_one_mail(people: People, case: Case) -> None:
    with time_machine.travel(MONDAY):
        as_user(
            service_user(Service.DEADLINES),
            mail_actions.order_daily_mails,
            by=service_user(Service.DEADLINES),
            now=MONDAY,
        )
    with time_machine.travel(MONDAY + timedelta(days=2)):
        send_mails()
        send_mails()
    assert len(sent_to(people.handler)) == 1
    assert [(one.day.isoformat(), one.sent_at is not None) for one in mails_of(people.handler) if one.day] == [
        ("2026-03-02", False),
        ("2026-03-04", True),
    ]


def test_next_day_has_a_mail_of_its_own(people: People, case: Case) -> None:
    for days in range(2):
        with time_machine.travel(MONDAY + timedelta(days=days)):
            send_mails()
    assert len(sent_to(people.handler)) == 2


def test_language_of_the_person(people: People, case: Case) -> None:
    as_user(people.handler, choose_language, by=people.handler, language="de")
    with time_machine.travel(MONDAY):
        send_mails()
    (message,) = sent_to(people.handler)
    assert message.subject == "Lotse: Ihre Aufgaben heute"
    assert "1 Aufgabe ist überfällig." in message.body


def test_what_was_done_meanwhile_is_not_counted(people: People, case: Case) -> None:
    with time_machine.travel(MONDAY):
        with acting_as(people.handler, purpose="test"):
            open_ones = list(Action.objects.open())
        for one in open_ones:
            values = {"action_id": one.pk, "version": one.version, "result": "Done."}
            as_user(people.handler, work_actions.finish_action, by=people.handler, **values)
        send_mails()
    assert not sent_to(people.handler)


@pytest.mark.parametrize("change", ["choice", "account", "role", "away"])
def test_who_wants_none_or_does_not_work_here_any_more_gets_none(people: People, case: Case, change: str) -> None:
    """Also if it was ordered before."""
    deadlines = service_user(Service.DEADLINES)
    as_user(deadlines, mail_actions.order_daily_mails, by=deadlines, now=MONDAY)
    if change == "choice":
        as_user(people.handler, choose_mails, by=people.handler, daily=False, urgent=True)
    elif change == "account":
        as_user(people.administrator, deactivate_user, by=people.administrator, user=people.handler)
    elif change == "away":
        days = {"starts_on": MONDAY.date(), "ends_on": MONDAY.date(), "deputy": None}
        who = {"absence_id": new_id(), "organisation": people.centre, "person": people.handler}
        with time_machine.travel(MONDAY):
            as_user(people.coordinator, enter_absence, by=people.coordinator, **who, **days)
    else:
        (role,) = people.handler.active_memberships
        as_user(people.administrator, end_role, by=people.administrator, membership=role)
    with time_machine.travel(MONDAY):
        send_mails()
    assert not sent_to(people.handler)
    (ended,) = mails_of(people.handler)
    assert ended.ended_at is not None
    assert ended.sent_at is None


def test_urgent_item_is_told_once_to_whom_it_comes(people: People) -> None:
    as_user(people.colleague, choose_mails, by=people.colleague, daily=True, urgent=True)
    as_user(people.handler, choose_mails, by=people.handler, daily=True, urgent=True)
    case = make_case(people.handler, REFERRAL)
    action = added(people.handler, case, datetime.now(UTC) + timedelta(days=30), people.handler)
    send_mails()
    assert [one for one in mail.outbox if "urgent" in one.subject] == []
    make_urgent(action)
    send_mails()
    send_mails()
    (message,) = [one for one in sent_to(people.handler) if "urgent" in one.subject]
    assert "1 urgent item waits for you." in message.body
    given = {"action_id": action.pk, "version": action.version, "to": None}
    as_user(people.handler, work_actions.give_action, by=people.handler, **given)
    send_mails()
    assert len([one for one in sent_to(people.colleague) if "urgent" in one.subject]) == 1  # anybody may take it
    assert len([one for one in sent_to(people.handler) if "urgent" in one.subject]) == 1
    assert not sent_to(people.other_coordinator)
    assert not [one for one in sent_to(people.coordinator) if "urgent" in one.subject]  # the default at the centre


def test_urgent_item_that_is_done_before_the_mail_is_sent_is_not_told(people: People) -> None:
    as_user(people.handler, choose_mails, by=people.handler, daily=False, urgent=True)
    case = make_case(people.handler, REFERRAL)
    action = added(people.handler, case, datetime.now(UTC) + timedelta(days=30), people.handler)
    make_urgent(action)
    deadlines = service_user(Service.DEADLINES)
    as_user(deadlines, mail_actions.order_urgent_mails, by=deadlines, now=datetime.now(UTC))
    values = {"action_id": action.pk, "version": action.version, "result": "Done."}
    as_user(people.handler, work_actions.finish_action, by=people.handler, **values)
    send_mails()
    assert not sent_to(people.handler)


def test_default_is_daily_for_all_and_at_once_outside_the_centre(people: People) -> None:
    for user, at_once in ((people.handler, False), (people.worker, True), (people.liaison, True)):
        form = browser(user).get(PAGE).context["form"]
        assert form.initial == {"daily": True, "urgent": at_once}


def test_choice_is_stored_and_shown(people: People) -> None:
    client = browser(people.handler)
    assert client.post(PAGE, {"urgent": "on"}).status_code == 302
    assert client.post(PAGE, {"urgent": "on"}).status_code == 302
    assert client.get(PAGE).context["form"].initial == {"daily": False, "urgent": True}
    with acting_as(people.coordinator, purpose="test"):
        assert not MailChoice.objects.exists()  # nobody else's business


def test_who_has_no_worklist_has_no_page(people: People) -> None:
    for user in (people.administrator, people.funder, people.dpo):
        assert browser(user).get(PAGE).status_code == 404
        with pytest.raises(NotAllowed):
            as_user(user, choose_mails, by=user, daily=True, urgent=True)
    assert browser(people.handler).get(reverse("accounts:sessions")).content.decode().count(PAGE) == 1
    assert PAGE not in browser(people.administrator).get(reverse("accounts:sessions")).content.decode()


def test_only_the_deadlines_order_mails(people: People) -> None:
    for order in (mail_actions.order_daily_mails, mail_actions.order_urgent_mails):
        with pytest.raises(NotAllowed):
            as_user(people.coordinator, order, by=people.coordinator, now=MONDAY)


def test_referrals_are_left_to_their_own_mails() -> None:
    assert all(kind.has_own_mails for kind in WORK)


def test_two_workers_at_once_send_each_mail_once(own_database: OwnDatabase, settings: Any) -> None:
    people = make_people()
    make_user((people.centre, Role.HANDLER))
    case = make_case(people.handler, SECURITY)
    assert case
    with mail_server(pause=0.02) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        with time_machine.travel(_next_morning()):
            assert in_threads(*[send_mails] * 4) == []
    assert 0 < len(server.mails) == len({_recipient(one) for one in server.mails})


def test_process_that_dies_before_sending_leaves_the_mail_to_the_next(own_database: OwnDatabase) -> None:
    people = make_people()
    make_case(people.handler, SECURITY)
    morning = _next_morning()
    deadlines = service_user(Service.DEADLINES)
    with time_machine.travel(morning):
        as_user(deadlines, mail_actions.order_daily_mails, by=deadlines, now=morning)
        with acting_as(deadlines, purpose="test"):
            WorkMail.objects.to_send(morning).claim(LEASE, most=100, now=morning, counts=True)
        send_mails()
        assert mail.outbox == []
    with time_machine.travel(morning + LEASE + timedelta(seconds=1)):
        send_mails()
        send_mails()
    assert len(sent_to(people.coordinator)) == 1


def test_mail_sent_again_has_the_same_message_id(own_database: OwnDatabase) -> None:
    """The process died after the server had accepted the e-mail and before that was stored."""
    people = make_people()
    make_case(people.handler, SECURITY)
    with time_machine.travel(_next_morning()):
        send_mails()
        own_database.sql("update worklist_workmail set sent_at = null, ended_at = null, claimed_until = null")
        send_mails()
    first, second = sent_to(people.coordinator)
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def _next_morning() -> datetime:
    """On a working day, when what was decided now is overdue."""
    day = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=7)
    return (
        day
        + timedelta(days=max(0, 7 - day.isoweekday()) if day.isoweekday() > 5 else 0)
        + timedelta(days=1 if day.isoweekday() > 5 else 0)
    )


def _recipient(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("To:"))
