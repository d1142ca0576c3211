"""kill -9 at each step of duties, questions and a case team: each happens once, whatever died in between.

Each step is taken in two cases: while PostgreSQL dies in the middle of its transaction, and while the web dies at its
commit, so that the answer is lost and the browser sends again.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from chaos.killing import Battered
from chaos.walk import begin, settle

from demo import rehearsal_duties, rehearsal_team
from demo.rehearsal_context import Rehearsal

pytestmark = pytest.mark.xdist_group("chaos")

VICTIMS = {
    "postgres": "LOCK TABLE journal_event IN SHARE ROW EXCLUSIVE MODE",
    "web": "SELECT 1 FROM journal_head FOR UPDATE",
}


@dataclass(frozen=True)
class Step:
    """``subject``: of what the step changes, as the path of its page; ``event``: what the step writes, once."""

    run: Callable[[Rehearsal], str]
    subject: Callable[[Rehearsal], str]
    event: str
    table: str
    state: str


def dropped(r: Rehearsal) -> str:
    return r.duties[-1]


def question(r: Rehearsal) -> str:
    return r.question


def member(r: Rehearsal) -> str:
    return r.member


def action_of_body(r: Rehearsal) -> str:
    return r.action_of_body


STEPS = [
    Step(rehearsal_duties.ask, question, "question.asked", "cases_casequestion", "open"),
    Step(rehearsal_duties.answer, question, "question.answered", "cases_casequestion", "answered"),
    Step(rehearsal_duties.propose_drop, dropped, "action.drop_proposed", "cases_action", "drop_proposed"),
    Step(rehearsal_duties.confirm_drop, dropped, "action.dropped", "cases_action", "dropped"),
    Step(rehearsal_team.invite, member, "team.invited", "teams_member", "invited"),
    Step(rehearsal_team.accept, member, "team.accepted", "teams_member", "active"),
    Step(rehearsal_team.give_action, action_of_body, "action.added", "cases_action", "agreed"),
    Step(rehearsal_team.do_action, action_of_body, "action.done", "cases_action", "done"),
    Step(rehearsal_team.leave, member, "team.left", "teams_member", "left"),
]
_runs: dict[str, Rehearsal] = {}


@pytest.mark.parametrize("step", STEPS, ids=[step.event for step in STEPS])
@pytest.mark.parametrize("victim", VICTIMS)
def test_kill_at(victim: str, step: Step, tree: Battered) -> None:
    if victim not in _runs:
        _runs[victim] = begin(tree)
        rehearsal_duties.open_case_with_duties(_runs[victim])
        rehearsal_duties.see_today(_runs[victim])
    run = _runs[victim]
    with ThreadPoolExecutor(1) as pool:
        with tree.held(VICTIMS[victim]):
            taken = pool.submit(step.run, run)
            tree.wait_for_waiter("web", taken)
            tree.kill(victim)
        tree.start(victim)
        taken.result(60)
    settle(tree)
    subject = step.subject(run).strip("/").split("/")[-1]
    events = f"SELECT count(*) FROM journal_event WHERE subject = '{subject}' AND kind = '{step.event}'"
    assert tree.value(events) == 1
    assert tree.value(f"SELECT state FROM {step.table} WHERE id = '{subject}'") == step.state
