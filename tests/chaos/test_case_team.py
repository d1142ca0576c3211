"""kill -9 at each step of a body in a case team: what was acknowledged is there once, what was not is done again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from chaos.killing import Battered
from chaos.walk import begin, settle

from demo import rehearsal_team
from demo.rehearsal_context import Rehearsal
from demo.rehearsal_duties import open_case_with_duties

pytestmark = pytest.mark.xdist_group("chaos")

IN_THE_MIDDLE = "LOCK TABLE journal_event IN SHARE ROW EXCLUSIVE MODE"
AT_COMMIT = "SELECT 1 FROM journal_head FOR UPDATE"
VICTIMS = [("postgres", IN_THE_MIDDLE), ("web", AT_COMMIT)]
#: Each step with the events of the membership and of its action so far, and the state of the membership.
STEPS: list[tuple[Callable[[Rehearsal], str], list[str], str]] = [
    (rehearsal_team.invite, ["team.invited"], "invited"),
    (rehearsal_team.accept, ["team.accepted"], "active"),
    (rehearsal_team.give_action, ["action.added"], "active"),
    (rehearsal_team.do_action, ["action.done"], "active"),
    (rehearsal_team.leave, ["team.left"], "left"),
]
_runs: dict[str, Rehearsal] = {}


@pytest.mark.parametrize("number", range(len(STEPS)), ids=[step.__name__ for step, _events, _state in STEPS])
@pytest.mark.parametrize(("victim", "lock"), VICTIMS, ids=[victim for victim, _lock in VICTIMS])
def test_kill_at(victim: str, lock: str, number: int, tree: Battered) -> None:
    if number == 0:
        _runs[victim] = begin(tree)
        open_case_with_duties(_runs[victim])
    run = _runs[victim]
    step, _events, state = STEPS[number]
    with ThreadPoolExecutor(1) as pool:
        with tree.held(lock):
            taken = pool.submit(step, run)
            tree.wait_for_waiter("web", taken)
            tree.kill(victim)
        tree.start(victim)
        taken.result(60)
    settle(tree)
    expected = sorted(event for _step, events, _state in STEPS[: number + 1] for event in events)
    assert (events_of(tree, run), state_of(tree, run)) == (expected, state)


def events_of(tree: Battered, run: Rehearsal) -> list[str]:
    subjects = ", ".join(f"'{path.strip('/').split('/')[-1]}'" for path in (run.member, run.action_of_body) if path)
    return sorted(kind for (kind,) in tree.rows(f"SELECT kind FROM journal_event WHERE subject IN ({subjects})"))


def state_of(tree: Battered, run: Rehearsal) -> str:
    case = run.case_with_duties.strip("/").split("/")[-1]
    ((state,),) = tree.rows(f"SELECT state FROM teams_member WHERE team_id = '{case}'")
    return str(state)
