"""A task is woken after the commit, not before the due time, and a failure does not affect the commit."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from queue import Empty
from typing import Any

import pytest
from celery import current_app
from cluster import CHECKOUT, OwnDatabase
from django.db import transaction

from foundation.journal.wake import LONGEST, wake_after


@pytest.fixture
def queue(own_database: OwnDatabase) -> Iterator[Any]:
    with current_app.connection_for_read() as broker:
        queue = broker.SimpleQueue("celery")
        queue.clear()
        yield queue
        queue.clear()
        queue.close()


def is_empty(queue: Any) -> bool:
    try:
        queue.get(block=False)
    except Empty:
        return True
    return False


def test_a_task_is_woken_after_the_commit_for_its_time(queue: Any) -> None:
    with transaction.atomic():
        wake_after("test.later", 3)
        assert is_empty(queue)
    message = queue.get(timeout=5)
    message.ack()
    assert message.headers["task"] == "test.later"
    assert message.headers["eta"] is not None
    assert is_empty(queue)


def test_no_wake_up_after_a_rollback_or_for_a_distant_time(queue: Any) -> None:
    with transaction.atomic():
        wake_after("test.undone")
        transaction.set_rollback(True)
    wake_after("test.far", LONGEST + 1)
    assert is_empty(queue)


PROGRAM = """
import django; django.setup()
from django.db import transaction
from foundation.journal.wake import wake_after
with transaction.atomic():
    wake_after("test.later", 1)
print("committed")
"""


def test_wake_up_with_an_unreachable_broker_raises_nothing(own_database: OwnDatabase) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=CHECKOUT,
        env={**own_database.environment(), "CELERY_BROKER_URL": "redis+socket:///nonexistent/valkey"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "committed\n")
    assert "test.later could not be woken" in done.stderr
    assert time.monotonic() - begun < 20
