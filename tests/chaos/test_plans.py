"""kill -9 at each step of a plan: it, its actions, agreements, work items and events agree, whatever died in between.

Each step is taken while PostgreSQL dies in the middle of its transaction, and while the web dies at its commit.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from chaos.killing import Battered
from chaos.test_casework import VICTIMS
from chaos.walk import begin as begin_walk
from chaos.walk import settle
from django.utils import timezone

from demo import rehearsal_duties, rehearsal_team
from demo.browser import Browser, Form, form_of
from demo.rehearsal_context import Rehearsal, form_at, page, send

pytestmark = pytest.mark.xdist_group("chaos")


@dataclass
class Planning:
    """``plan``: path of the version that the steps are about; ``agreement``: of the partner's answer."""

    r: Rehearsal
    tree: Battered
    plan: str = ""
    agreement: str = ""

    @property
    def plan_id(self) -> str:
        return self.plan.strip("/").split("/")[-1]


def begin(p: Planning) -> None:
    form = form_at(p.r.handler, f"{p.r.case_with_duties}plan/", "/plan/begin/")
    p.plan = f"/plans/{uuid.UUID(str(form.values['plan_id']))}/"
    send(p.r.handler, form)


def plan_action(p: Planning) -> None:
    """The partner is to do something, in the draft."""
    path = f"{p.plan}actions/add/"
    whole = page(p.r.handler, path)
    _name, organisation = rehearsal_team.find_partner(whole)
    due = timezone.localtime(timezone.now() + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    send(p.r.handler, own_form(p.r.handler, path).with_({"organisation": organisation, "text": "A", "due_at": due}))


def own_form(browser: Browser, path: str) -> Form:
    whole = page(browser, path)
    node = whole.by_id("plan-form")
    assert node is not None
    return Form(path, form_of(node, whole).values)


def propose(p: Planning) -> None:
    send(p.r.handler, form_at(p.r.handler, p.plan, "/propose/"))


def take_back(p: Planning) -> None:
    send(p.r.handler, form_at(p.r.handler, p.plan, "/take-back/"))


def find_agreement(p: Planning) -> None:
    asked = f"SELECT id FROM plans_agreement WHERE plan_id = '{p.plan_id}' AND state = 'waiting'"
    p.agreement = f"/plans/agreements/{p.tree.value(asked)}/"


def agree(p: Planning) -> None:
    send(p.r.partner, form_at(p.r.partner, p.agreement, "/agree/"))


def begin_version(p: Planning) -> None:
    form = own_form(p.r.handler, f"{p.plan}new-version/").with_({"cause": "News"})
    p.plan = f"/plans/{uuid.UUID(str(form.values['plan_id']))}/"
    send(p.r.handler, form)


def discard(p: Planning) -> None:
    send(p.r.handler, form_at(p.r.handler, p.plan, "/discard/"))


@dataclass(frozen=True)
class Step:
    """What is there after it: states of the version and of its agreements, open actions of it, work items, events."""

    run: Callable[[Planning], None]
    event: str
    events: int
    state: str
    agreements: list[str]
    actions: int = 0
    items: int = 0
    before: tuple[Callable[[Planning], None], ...] = ()


STEPS = [
    Step(begin, "plan.begun", 1, "draft", []),
    Step(propose, "plan.proposed", 1, "proposed", ["waiting"], items=1, before=(plan_action,)),
    Step(take_back, "plan.taken_back", 1, "draft", ["withdrawn"]),
    Step(agree, "plan.in_force", 1, "agreed", ["agreed", "withdrawn"], actions=1, before=(propose, find_agreement)),
    Step(begin_version, "plan.begun", 1, "draft", [], actions=1),
    Step(discard, "plan.discarded", 1, "discarded", [], actions=1),
]
_runs: dict[str, Planning] = {}


def planning(victim: str, tree: Battered) -> Planning:
    if victim not in _runs:
        r = begin_walk(tree)
        rehearsal_duties.open_case_with_duties(r)
        rehearsal_team.invite(r)
        rehearsal_team.accept(r)
        _runs[victim] = Planning(r, tree)
    return _runs[victim]


@pytest.mark.parametrize("step", STEPS, ids=[step.run.__name__ for step in STEPS])
@pytest.mark.parametrize("victim", VICTIMS)
def test_kill_at(victim: str, step: Step, tree: Battered) -> None:
    p = planning(victim, tree)
    for prepare in step.before:
        prepare(p)
    with ThreadPoolExecutor(1) as pool:
        with tree.held(VICTIMS[victim]):
            taken = pool.submit(step.run, p)
            tree.wait_for_waiter("web", taken)
            tree.kill(victim)
        tree.start(victim)
        taken.result(60)
    settle(tree)
    check(p, step)


def check(p: Planning, step: Step) -> None:
    of_plan = f"plan_id = '{p.plan_id}'"
    value, rows = p.tree.value, p.tree.rows
    events = f"SELECT count(*) FROM journal_event WHERE subject = '{p.plan_id}' AND kind = '{step.event}'"
    assert value(events) == step.events
    assert value(f"SELECT state FROM plans_plan WHERE id = '{p.plan_id}'") == step.state
    states = rows(f"SELECT state FROM plans_agreement WHERE {of_plan} ORDER BY state")
    assert [state for (state,) in states] == step.agreements
    planned = f"SELECT action_id FROM plans_plannedaction WHERE {of_plan}"
    assert value(f"SELECT count(*) FROM cases_action WHERE id IN ({planned})") == step.actions
    items = f"SELECT id FROM plans_agreement WHERE {of_plan} UNION SELECT '{p.plan_id}'::uuid"
    assert value(f"SELECT count(*) FROM worklist_workitem WHERE subject IN ({items})") == step.items
