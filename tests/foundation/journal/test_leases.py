"""Work queues with leases, on PostgreSQL with several connections."""

from __future__ import annotations

import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from cluster import CHECKOUT, OwnDatabase
from django.db import connections
from django.utils import timezone
from people import as_user, make_user
from referrals import in_threads, offered, ready

from foundation.accounts.permissions import NotAllowed
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.privacy.context import acting_as
from foundation.privacy.leases import Backoff
from handoff.referrals import notices
from handoff.referrals.models import Notice
from handoff.referrals.notice_actions import retry_notice

LEASE = timedelta(seconds=30)
Result = TypeVar("Result")


def work(function: Callable[[], Result]) -> Result:
    with acting_as(service_user(Service.DEADLINES), purpose="test"):
        return function()


def claim(most: int = 1, now: datetime | None = None) -> list[Notice]:
    return work(lambda: Notice.objects.order_by("pk").claim(LEASE, most=most, now=now, counts=True))


@pytest.fixture
def waiting(own_database: OwnDatabase) -> OwnDatabase:
    """Three notices."""
    people = ready()
    for _round in range(3):
        offered(people)
    return own_database


def test_each_row_is_claimed_by_one_of_many_at_once(waiting: OwnDatabase) -> None:
    claimed: list[uuid.UUID] = []

    def take() -> None:
        while rows := claim():
            claimed.extend(row.pk for row in rows)

    assert in_threads(take, take, take, take) == []
    assert len(claimed) == len(set(claimed)) == 3


def test_row_locked_by_another_claim_is_skipped(waiting: OwnDatabase) -> None:
    has_claimed = threading.Event()
    may_commit = threading.Event()
    first: list[Notice] = []

    def hold() -> None:
        with acting_as(service_user(Service.DEADLINES), purpose="test"):
            first.extend(Notice.objects.order_by("pk").claim(LEASE, counts=True))
            has_claimed.set()
            may_commit.wait(10)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    assert has_claimed.wait(10)
    others = claim(most=3)
    assert holder.is_alive(), "nobody waited for the lock"
    may_commit.set()
    holder.join()
    assert len(others) == 2
    assert first[0].pk not in {row.pk for row in others}


def test_rolled_back_claim_leaves_the_row_free(waiting: OwnDatabase) -> None:
    with pytest.raises(RuntimeError), acting_as(service_user(Service.DEADLINES), purpose="test"):
        assert len(Notice.objects.order_by("pk").claim(LEASE, most=3, counts=True)) == 3
        raise RuntimeError
    assert [row.attempts for row in claim(most=3)] == [1, 1, 1]


def test_a_process_that_dies_after_its_claim_is_replaced_when_the_lease_is_over(waiting: OwnDatabase) -> None:
    program = (
        "import django, os, signal; django.setup()\n"
        "from datetime import timedelta\n"
        "from foundation.accounts.services import Service, service_user\n"
        "from foundation.privacy.context import acting_as\n"
        "from handoff.referrals.models import Notice\n"
        "with acting_as(service_user(Service.DEADLINES), purpose='test'):\n"
        "    assert len(Notice.objects.order_by('pk').claim(timedelta(seconds=30), most=3, counts=True)) == 3\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    died = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, env=waiting.environment(), capture_output=True, timeout=60
    )
    assert died.returncode == -9, died.stderr
    assert claim(most=3) == []
    waiting.sql("update handoff_notice set claimed_until = now() - interval '1 second'")
    assert [row.attempts for row in claim(most=3)] == [2, 2, 2]


def test_a_lease_is_renewed_by_its_holder_alone(waiting: OwnDatabase) -> None:
    now = timezone.now()
    (mine,) = claim(now=now)
    before = mine.claimed_until
    assert work(lambda: Notice.objects.renew(mine, LEASE, now=now + timedelta(seconds=20)))
    assert mine.claimed_until == now + timedelta(seconds=50)
    assert before != mine.claimed_until
    assert mine.pk not in {row.pk for row in claim(most=3, now=now + timedelta(seconds=40))}
    later = next(row for row in claim(most=3, now=now + timedelta(seconds=100)) if row.pk == mine.pk)
    assert not work(lambda: Notice.objects.renew(mine, LEASE))
    assert work(lambda: Notice.objects.renew(later, LEASE))


def test_process_without_the_lease_changes_nothing(waiting: OwnDatabase) -> None:
    now = timezone.now()
    (mine,) = claim(now=now)
    (theirs,) = (row for row in claim(most=3, now=now + LEASE + LEASE) if row.pk == mine.pk)
    assert not work(lambda: Notice.objects.try_again(mine, 60, now=now))
    assert work(lambda: Notice.objects.release([mine])) == 0
    assert work(lambda: Notice.objects.try_again(theirs, 60, now=now))
    assert not work(lambda: Notice.objects.try_again(theirs, 60, now=now)), "it is nobody's by now"


def test_pauses_grow_to_a_cap_and_end() -> None:
    backoff = Backoff.doubling(10, cap=60, tries=6, jitter=0.5)
    assert backoff.pauses == (10, 20, 40, 60, 60)
    assert [backoff.after(6), backoff.after(7)] == [None, None]
    assert backoff.after(1) == 10
    drawn = {backoff.after(4) or 0 for _draw in range(50)}
    assert 60 <= min(drawn) < max(drawn) <= 90
    assert Backoff((1, 2)).after(2) == 2


def fail_once(now: datetime) -> bool:
    """Claim a notice and do not send it; False when none is due."""
    taken = notices.claim_notice(now=now)
    if taken is not None:
        notices.not_sent(notice=taken, now=now)
    return taken is not None


def fail_until_given_up() -> None:
    """One notice, whose tries are all more than the longest pause apart."""
    start = timezone.now()
    tries = len(notices.RETRIES.pauses) + 1
    with acting_as(service_user(Service.DEADLINES), purpose="test"):
        failed = [fail_once(start + number * timedelta(hours=2)) for number in range(tries + 1)]
    assert failed == [True] * tries + [False]


def test_a_notice_whose_senders_all_died_is_given_up(waiting: OwnDatabase) -> None:
    tries = len(notices.RETRIES.pauses) + 1
    waiting.sql(f"update handoff_notice set attempts = {tries}, claimed_until = now() - interval '1 second'")
    assert work(lambda: notices.claim_notice(now=timezone.now())) is None
    assert work(lambda: Notice.objects.given_up().count()) == 3


def test_a_notice_that_fails_to_the_last_is_given_up_and_retried_once_by_an_administrator(
    own_database: OwnDatabase,
) -> None:
    people = ready()
    offered(people)
    administrator = make_user((people.centre, Role.ADMINISTRATOR))
    fail_until_given_up()
    (dead,) = as_user(administrator, lambda: list(Notice.objects.given_up()))
    assert dead.attempts == len(notices.RETRIES.pauses) + 1
    for person in (people.coordinator, people.worker):
        with pytest.raises(NotAllowed):
            as_user(person, retry_notice, by=person, notice_id=dead.pk)
    done: list[bool] = []

    def press() -> None:
        done.append(as_user(administrator, retry_notice, by=administrator, notice_id=dead.pk))

    assert in_threads(press, press, press) == []
    assert sorted(done) == [False, False, True]
    events = as_user(administrator, lambda: list(Event.objects.filter(kind="notice.retried")))
    assert [(event.subject, event.actor_id) for event in events] == [(dead.pk, administrator.pk)]
    again = work(lambda: notices.claim_notice(now=timezone.now()))
    assert again is not None
    assert (again.pk, again.attempts) == (dead.pk, 1)
