"""A deadline fires, and fires once, whatever was killed in between."""

from __future__ import annotations

import uuid

import pytest
from chaos.killing import Battered, wait_until
from chaos.walk import NAMES, Walk, begin, settle

pytestmark = pytest.mark.xdist_group("chaos")

_walks: list[Walk] = []


@pytest.fixture
def offered(tree: Battered) -> uuid.UUID:
    """A referral that waits for the partner's answer."""
    if not _walks:
        walk = Walk(begin(tree))
        walk.go_on_to(NAMES.index("offer") + 1)
        settle(tree)
        _walks.append(walk)
    return _walks[0].rehearsal.referral


def make_due(tree: Battered, referral: uuid.UUID) -> None:
    """The next step of the referral."""
    tree.rows(f"UPDATE worklist_workitem SET next_at = now() - interval '1 minute' WHERE subject = '{referral}'")


def times(tree: Battered, referral: uuid.UUID, kind: str) -> int:
    found: int = tree.value(f"SELECT count(*) FROM journal_event WHERE subject = '{referral}' AND kind = '{kind}'")
    return found


def wait_for_event(tree: Battered, referral: uuid.UUID, kind: str) -> None:
    wait_until(lambda: times(tree, referral, kind) > 0, f"{kind} after the kill", 30)


def test_due_while_beat_and_broker_are_dead(tree: Battered, offered: uuid.UUID) -> None:
    tree.kill("beat")
    tree.kill("valkey")
    make_due(tree, offered)
    tree.start("valkey")
    tree.start("beat")
    wait_for_event(tree, offered, "referral.reminded")
    settle(tree)
    assert times(tree, offered, "referral.reminded") == 1


def test_the_worker_dies_in_the_middle_of_it(tree: Battered, offered: uuid.UUID) -> None:
    with tree.held("LOCK TABLE journal_event IN SHARE ROW EXCLUSIVE MODE"):
        make_due(tree, offered)
        tree.wait_for_waiter("worker")
        tree.kill("worker")
    assert times(tree, offered, "referral.escalated") == 0
    tree.start("worker")
    wait_for_event(tree, offered, "referral.escalated")
    settle(tree)
    assert times(tree, offered, "referral.escalated") == 1


def test_the_database_dies_in_the_middle_of_it(tree: Battered, offered: uuid.UUID) -> None:
    """The offer expires, and one next partner is prepared."""
    with tree.held("SELECT 1 FROM journal_head FOR UPDATE"):
        make_due(tree, offered)
        tree.wait_for_waiter("worker")
        tree.kill("postgres")
    tree.start("postgres")
    wait_for_event(tree, offered, "referral.expired")
    settle(tree)
    assert times(tree, offered, "referral.expired") == 1
    assert tree.rows(f"SELECT state FROM handoff_referral WHERE follows_id = '{offered}'") == [("draft",)]
