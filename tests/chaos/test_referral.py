"""kill -9 at each step of a referral: nothing that was acknowledged is lost, nothing happens twice.

Five referrals go the same way, each with a victim of its own. At each step this process is killed: the web when the
step is being committed, so that its answer is lost; PostgreSQL in the middle of the step's transaction; worker, relay
and Valkey before the step, which is then taken without them. Then the process is started again.
"""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from chaos.killing import Battered, wait_until
from chaos.walk import NAMES, Walk, begin, settle

pytestmark = pytest.mark.xdist_group("chaos")

#: The event of the step cannot be written: the transaction is in its middle.
IN_THE_MIDDLE = "LOCK TABLE journal_event IN SHARE ROW EXCLUSIVE MODE"
#: The head of the chain cannot be moved: the transaction is in its COMMIT, which then succeeds with nobody listening.
AT_COMMIT = "SELECT 1 FROM journal_head FOR UPDATE"

AWAY = ["valkey", "relay", "worker"]
IN_FLIGHT = [("postgres", IN_THE_MIDDLE), ("web", AT_COMMIT)]
_walks: list[Walk] = []


@pytest.fixture
def walks(tree: Battered) -> list[Walk]:
    if not _walks:
        _walks.extend(Walk(begin(tree)) for _victim in [*AWAY, *IN_FLIGHT])
    return _walks


@pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
def test_kill_at(number: int, tree: Battered, walks: list[Walk]) -> None:
    for walk in walks:
        walk.go_on_to(number)
    before = sum(tree.kills.values())
    for walk, victim in zip(walks[:3], AWAY, strict=True):
        tree.kill(victim)
        walk.take_step()
        tree.start(victim)
    for walk, (victim, lock) in zip(walks[3:], IN_FLIGHT, strict=True):
        kill_in_flight(tree, walk, victim, lock)

    assert sum(tree.kills.values()) - before == len(walks)
    settle(tree)
    for walk in walks:
        assert walk.found(tree) == walk.expected()
    assert_nothing_else(tree, walks)


def kill_in_flight(tree: Battered, walk: Walk, victim: str, lock: str) -> None:
    """The step is being taken while its victim dies; whoever takes it tries again as a browser would."""
    with ThreadPoolExecutor(1) as pool:
        with tree.held(lock):
            taken = pool.submit(walk.take_step)
            tree.wait_for_waiter("web", taken)
            tree.kill(victim)
        tree.start(victim)
        taken.result(60)


def assert_nothing_else(tree: Battered, walks: list[Walk]) -> None:
    """No row beside those that the walks account for, and no event told twice."""
    opened = [walk for walk in walks if walk.done]
    with_case = [walk for walk in walks if walk.expected()["cases"]]
    ids = ", ".join(f"'{walk.rehearsal.contact}'" for walk in opened)
    assert tree.value(f"SELECT count(*) FROM hotline_contact WHERE id IN ({ids})") == len(opened)
    assert tree.value("SELECT count(*) FROM cases_case WHERE id NOT IN (SELECT case_id FROM cases_casecontact)") == 0
    assert tree.value(f"SELECT count(*) FROM cases_casecontact WHERE contact_id IN ({ids})") == len(with_case)


def test_e_mails(tree: Battered, walks: list[Walk]) -> None:
    """Each notice was sent; twice only where worker or database died between sending it and writing that down."""
    settle(tree)
    notices = tree.rows("SELECT u.email FROM handoff_notice n JOIN accounts_user u ON u.id = n.recipient_id")
    wanted = Counter(email for (email,) in notices)
    sent = Counter(re.findall(r"^To: (.+)$", "\n".join(f.read_text() for f in tree.mail.iterdir()), re.MULTILINE))
    assert wanted.total() > 0
    assert not wanted - sent
    assert (sent - wanted).total() <= tree.kills.get("worker", 0) + tree.kills.get("postgres", 0)


def test_the_tree_is_alive_after_all_this(tree: Battered) -> None:
    tree.value("DELETE FROM journal_heartbeat")
    wait_until(tree.is_ready, "relay, worker and beat to show life", 30)
