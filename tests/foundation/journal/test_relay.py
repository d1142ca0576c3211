from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from asgiref.sync import async_to_sync
from celery import current_app
from channels.layers import get_channel_layer
from cluster import OwnDatabase
from django.db import connection, connections
from people import make_people, new_id

from foundation.accounts.events import ORGANISATION_CHANGED
from foundation.accounts.models import User
from foundation.journal.actions import record
from foundation.journal.relay import BATCH, LEASE_SECONDS, deliver_batch
from foundation.privacy.context import acting_as

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
def person(own_database: OwnDatabase) -> User:
    return make_people().handler


def post(person: User, count: int = 1, **details: Any) -> list[str]:
    """Events that are to be told; their subjects."""
    subjects = [str(new_id()) for _event in range(count)]
    with acting_as(person, purpose="test"):
        for subject in subjects:
            record(ORGANISATION_CHANGED, by=person, subject=subject, centre=None, **details)  # type: ignore[arg-type]
    return subjects


def waiting(database: OwnDatabase) -> int:
    return int(database.sql("select count(*) from journal_outbox"))


async def _heard(group: str, act: Any, count: int) -> list[dict[str, Any]]:
    layer = get_channel_layer()
    assert layer is not None
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    done = threading.Thread(target=act)
    done.start()
    async with asyncio.timeout(120):
        messages = [await layer.receive(channel) for _message in range(count)]
    done.join()
    return messages


def heard(group: str, act: Any, count: int = 1) -> list[dict[str, Any]]:
    """What a listener of the group hears while ``act`` runs in another thread."""
    messages: list[dict[str, Any]] = async_to_sync(_heard)(group, act, count)
    return messages


def deliver() -> None:
    deliver_batch()
    connections.close_all()


def test_waiting_events_are_delivered_once_and_deleted(own_database: OwnDatabase, person: User) -> None:
    (subject,) = post(person, tell=("test.told",), data={"secret": "not for the socket"})
    assert heard("test.told", deliver) == [{"type": "changed", "id": subject, "kind": "organisation"}]
    assert waiting(own_database) == 0
    assert deliver_batch().delivered == 0


def test_events_arrive_in_their_order(own_database: OwnDatabase, person: User) -> None:
    subjects = post(person, 5, tell=("test.order",))
    assert [message["id"] for message in heard("test.order", deliver, 5)] == subjects


@pytest.fixture
def queue() -> Iterator[Any]:
    """Celery's queue in the broker, empty."""
    with current_app.connection_for_read() as broker:
        queue = broker.SimpleQueue("celery")
        queue.clear()
        yield queue
        queue.clear()
        queue.close()


def test_a_task_is_woken_with_the_event_as_its_only_argument(
    own_database: OwnDatabase, person: User, queue: Any
) -> None:
    post(person, wake="test.task")
    assert deliver_batch().delivered == 1
    message = queue.get(timeout=5)
    message.ack()
    event = int(own_database.sql("select id from journal_event"))
    assert (message.headers["task"], message.payload[0]) == ("test.task", [event])


def test_a_batch_is_limited(own_database: OwnDatabase, person: User) -> None:
    post(person, BATCH + 3, tell=("test.many",))
    assert [deliver_batch(), deliver_batch(), deliver_batch()] == [(BATCH, BATCH), (3, 3), (0, 0)]


def deliver_elsewhere(database: OwnDatabase, *, patient: bool = True, **environment: str) -> int:
    """What ``deliver_batch`` returns in a process of its own.

    ``patient``: with more time for each event than a busy machine needs.
    """
    program = (
        "import django; django.setup()\n"
        "from foundation.journal import relay\n"
        f"relay.LEASE_SECONDS += {60 * patient}; relay.LONGEST_PUSH += {30 * patient}\n"
        "print(relay.deliver_batch().delivered)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        env={**database.environment(), **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return int(done.stdout)


DEAD_PUSH = {"REDIS_URL": "unix:///nonexistent/valkey"}
DEAD_BROKER = {"CELERY_BROKER_URL": "redis+socket:///nonexistent/valkey"}


def test_nothing_is_lost_while_push_and_broker_are_down(own_database: OwnDatabase, person: User) -> None:
    post(person, tell=("test.down",))
    post(person, wake="test.task")
    assert deliver_elsewhere(own_database, **DEAD_PUSH, **DEAD_BROKER) == 0
    assert waiting(own_database) == 2
    own_database.sql("update journal_outbox set claimed_until = now()")
    assert deliver_batch().delivered == 2
    assert waiting(own_database) == 0


def test_pages_learn_of_changes_while_the_broker_is_down(own_database: OwnDatabase, person: User) -> None:
    post(person, BATCH // 2, wake="test.task")
    told = post(person, 3, tell=("test.push",))
    delivered: list[int] = []
    messages = heard("test.push", lambda: delivered.append(deliver_elsewhere(own_database, **DEAD_BROKER)), 3)
    assert [message["id"] for message in messages] == told
    assert delivered == [3]
    assert waiting(own_database) == BATCH // 2


@pytest.mark.parametrize("details", [{"tell": ("test.silent",)}, {"wake": "test.task"}], ids=["push", "wake"])
def test_a_server_that_takes_connections_and_says_nothing_is_given_up(
    own_database: OwnDatabase, person: User, tmp_path: Path, details: dict[str, Any]
) -> None:
    """The server is suspended, not killed."""
    place = tmp_path / "silent"
    post(person, 3, **details)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(place))
        silent.listen(100)
        since = time.monotonic()
        kind = {"REDIS_URL": f"unix://{place}", "CELERY_BROKER_URL": f"redis+socket://{place}"}
        assert deliver_elsewhere(own_database, patient=False, **kind) == 0
        assert time.monotonic() - since < LEASE_SECONDS + 10, "a process starts in some seconds"
    assert waiting(own_database) == 3
    own_database.sql("update journal_outbox set claimed_until = null")
    assert deliver_batch().delivered == 3


def test_undeliverable_event_does_not_delay_others(own_database: OwnDatabase, person: User) -> None:
    post(person, BATCH, wake="test.task")
    own_database.sql("update journal_outbox set claimed_until = now()")  # tried in vain
    post(person, tell=("test.later",))
    assert deliver_elsewhere(own_database, **DEAD_BROKER) == 1
    assert waiting(own_database) == BATCH


def test_a_relay_that_dies_after_claiming_is_replaced_when_its_lease_is_over(
    own_database: OwnDatabase, person: User
) -> None:
    (subject,) = post(person, tell=("test.lease",))
    own_database.sql(f"update journal_outbox set claimed_until = now() + interval '{LEASE_SECONDS} seconds'")
    assert deliver_batch().delivered == 0
    own_database.sql("update journal_outbox set claimed_until = now() - interval '1 second'")
    assert [message["id"] for message in heard("test.lease", deliver)] == [subject]


def test_relays_beside_each_other_share_the_work_and_repeat_nothing(own_database: OwnDatabase, person: User) -> None:
    events, relays = 3 * BATCH, 4
    subjects = post(person, events, tell=("test.shared",))
    together = threading.Barrier(relays)

    def work(_number: int) -> int:
        together.wait(timeout=10)
        delivered = sum(batch.delivered for batch in iter(deliver_batch, (0, 0)))
        connections.close_all()
        return delivered

    def run() -> None:
        with ThreadPoolExecutor(relays) as pool:
            counts.extend(pool.map(work, range(relays)))

    counts: list[int] = []
    told = [message["id"] for message in heard("test.shared", run, events)]
    assert sum(counts) == events
    assert sorted(told) == sorted(subjects)


def test_claimed_row_is_skipped_by_another_relay(own_database: OwnDatabase, person: User) -> None:
    post(person, tell=("test.claim",))
    with psycopg.connect(own_database.superuser) as held, connection.cursor() as cursor:
        held.execute("select from journal_outbox for update")
        cursor.execute("set lock_timeout = '5s'")  # an error, if it waited
        assert deliver_batch().delivered == 0
    assert deliver_batch().delivered == 1
