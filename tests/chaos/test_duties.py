"""A duty that nobody does reaches the shift, then the coordinators, once each, whatever was killed in between."""

from __future__ import annotations

import pytest
from chaos.killing import Battered, wait_until
from chaos.walk import begin, settle

from demo.rehearsal_duties import open_case_with_duties, see_today

pytestmark = pytest.mark.xdist_group("chaos")

_duties: list[str] = []


@pytest.fixture
def duty(tree: Battered) -> str:
    """A protected duty of a case, on its handler's worklist."""
    if not _duties:
        walk = begin(tree)
        open_case_with_duties(walk)
        see_today(walk)
        settle(tree)
        _duties.append(walk.duties[0].strip("/").split("/")[-1])
    return _duties[0]


def make_due(tree: Battered, duty: str) -> None:
    tree.rows(f"UPDATE worklist_workitem SET next_at = now() - interval '1 minute' WHERE subject = '{duty}'")


def times(tree: Battered, duty: str, kind: str) -> int:
    found: int = tree.value(f"SELECT count(*) FROM journal_event WHERE subject = '{duty}' AND kind = '{kind}'")
    return found


def expect_once(tree: Battered, duty: str, kind: str) -> None:
    wait_until(lambda: times(tree, duty, kind) > 0, f"{kind} after the kill", 30)
    settle(tree)
    assert times(tree, duty, kind) == 1


def whose(tree: Battered, duty: str) -> tuple[bool, bool]:
    """Whether the action, and its work item, are somebody's."""
    found = "SELECT a.user_id IS NOT NULL, w.user_id IS NOT NULL FROM cases_action a JOIN worklist_workitem w ON"
    ((action, item),) = tree.rows(f"{found} w.subject = a.id WHERE a.id = '{duty}'")
    return action, item


def test_reminded_while_beat_and_broker_are_dead(tree: Battered, duty: str) -> None:
    tree.kill("beat")
    tree.kill("valkey")
    make_due(tree, duty)
    tree.start("valkey")
    tree.start("beat")
    expect_once(tree, duty, "action.reminded")
    assert whose(tree, duty) == (True, True)


def test_given_to_the_shift_though_the_worker_dies_in_the_middle_of_it(tree: Battered, duty: str) -> None:
    with tree.held("LOCK TABLE journal_event IN SHARE ROW EXCLUSIVE MODE"):
        make_due(tree, duty)
        tree.wait_for_waiter("worker")
        tree.kill("worker")
    assert times(tree, duty, "action.to_shift") == 0
    assert whose(tree, duty) == (True, True)
    tree.start("worker")
    expect_once(tree, duty, "action.to_shift")
    assert whose(tree, duty) == (False, False)


def test_escalated_though_the_database_dies_in_the_middle_of_it(tree: Battered, duty: str) -> None:
    with tree.held("SELECT 1 FROM journal_head FOR UPDATE"):
        make_due(tree, duty)
        tree.wait_for_waiter("worker")
        tree.kill("postgres")
    tree.start("postgres")
    expect_once(tree, duty, "action.escalated")
    escalated = f"SELECT is_escalated FROM worklist_workitem WHERE subject = '{duty}'"
    assert tree.value(escalated) is True
