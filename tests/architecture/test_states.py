"""A new state is forgotten nowhere: in no set, constraint, policy, tone, sentence or figure."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from architecture.source import CHECKOUT, modules
from django.db.models import UniqueConstraint
from django.utils import timezone

from casework.cases.states import TRANSITIONS as CASE
from casework.cases.states import CaseState
from foundation.accounts.models import Organisation
from foundation.ui.templatetags.ui import TONES
from handoff.referrals import states as referral_states
from handoff.referrals.models import Referral
from handoff.referrals.states import ENDED, TAKEN, TRANSITIONS, WAITING, ReferralState
from handoff.referrals.timeline import waits_for, waits_for_partner_side
from hotline.contacts.states import CALLBACK_TRANSITIONS, CONTACT_TRANSITIONS, CallbackState, ContactState
from hotline.switchboard.states import (
    AGENT_TRANSITIONS,
    CALL_TRANSITIONS,
    LEG_TRANSITIONS,
    AgentState,
    CallState,
    LegState,
)
from reporting.figures.measures import MEASURES
from triage import states as triage_states
from triage.states import AssessmentState

NEW = "on_hold"
#: Files that name states as text still, and why.
NAMES_STATES = {
    "reporting/figures/sql/counted.sql": "one definition of each measure is another piece of work",
    "reporting/publishing/sql/refuse_to_change_a_release.sql": "the same",
}
#: Sets of which each state is in exactly one.
OF_REFERRALS = (frozenset({ReferralState.DRAFT}), WAITING, TAKEN, ENDED)
OF_ASSESSMENTS = (triage_states.OPEN, triage_states.DECIDED, {AssessmentState.DISCARDED})
TABLES = {
    "contact": (ContactState, CONTACT_TRANSITIONS),
    "callback": (CallbackState, CALLBACK_TRANSITIONS),
    "case": (CaseState, CASE),
    "assessment": (AssessmentState, triage_states.TRANSITIONS),
    "call": (CallState, CALL_TRANSITIONS),
    "leg": (LegState, LEG_TRANSITIONS),
    "agent": (AgentState, AGENT_TRANSITIONS),
}


def not_in_one(states: Iterable[str], partition: Collection[Collection[str]]) -> set[str]:
    """The states that are in none of the sets, or in several."""
    return {state for state in states if sum(state in part for part in partition) != 1}


def sides(state: str) -> list[str]:
    """What centre and partner are told while a referral is in this state."""
    now = timezone.now()
    referral = Referral(state=state, organisation=Organisation(name="P"), due_at=now + timedelta(days=1))
    told = [] if state == ReferralState.DRAFT else [waits_for_partner_side(referral, now)]
    return [waits_for(referral, now), *told]


def answer(state: str) -> str:
    """The key under which the figures count a referral, as counted.sql writes it. A draft is not counted."""
    if state in TAKEN | {ReferralState.COMPLETED, ReferralState.RETURNED}:
        return "accepted"
    return "waiting" if state in WAITING else state


def problems_of_referral(states: Iterable[str]) -> set[tuple[str, str]]:
    """What does not cover a state yet."""
    found = {("set", state) for state in not_in_one(states, OF_REFERRALS)}
    keys = {key for key, _label in next(one for one in MEASURES if one.code == "referral_answer").keys}
    for state in states:
        if state not in TONES:
            found.add(("tone", state))
        if state != ReferralState.DRAFT and answer(state) not in keys:
            found.add(("figure", state))
        if state not in {one for step in TRANSITIONS for one in step}:
            found.add(("transition", state))
        try:
            assert all(sides(state))
        except (ValueError, KeyError, AssertionError):
            found.add(("sentence", state))
    return found


def test_each_state_of_a_referral_is_covered() -> None:
    assert problems_of_referral(ReferralState.values) == set()


def test_a_new_state_of_a_referral_is_missed_by_nothing() -> None:
    missing = {(what, NEW) for what in ("set", "tone", "figure", "transition", "sentence")}
    assert problems_of_referral([*ReferralState.values, NEW]) == missing


def test_each_assessment_is_in_one_set_and_a_new_state_in_none() -> None:
    assert not_in_one(AssessmentState.values, OF_ASSESSMENTS) == set()
    assert not_in_one([*AssessmentState.values, NEW], OF_ASSESSMENTS) == {NEW}


@pytest.mark.parametrize("name", TABLES)
def test_each_state_has_its_transitions(name: str) -> None:
    states, table = TABLES[name]
    assert [state.value for state in table] == states.values


def test_constraints_that_hold_for_live_referrals_follow_the_sets() -> None:
    """A state that joins TAKEN joins these, because they are made from it: no state is written in models as text."""
    held = {
        one.name: set(dict(one.condition.children)["state__in"])
        for one in Referral._meta.constraints
        if isinstance(one, UniqueConstraint) and one.condition
    }
    assert held == {
        "one_partner_at_a_time": WAITING | TAKEN,
        "one_live_referral_per_case_and_partner": referral_states.LIVE,
    }
    assert not_in_one(ReferralState.values, (referral_states.LIVE, ENDED)) == set()


def texts_for_states(path: Path, states: set[str]) -> list[str]:
    """Places that compare a state with a text, in SQL or in Python."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return re.findall(r"state (?:=|<>|in) \(?'[a-z_]+'", text)
    found = []
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.keyword)
            and (node.arg or "").rpartition("__")[0 if "__" in (node.arg or "") else 2] == "state"
        ):
            found += [
                one.value for one in ast.walk(node.value) if isinstance(one, ast.Constant) and one.value in states
            ]
    return found


def files() -> list[Path]:
    python = [module.path for module in modules().values() if module.path.name in ("models.py", "policies.py")]
    sql = [path for path in CHECKOUT.glob("*/**/sql/*.sql") if ".venv" not in path.parts]
    return [path for path in [*python, *sql] if str(path.relative_to(CHECKOUT)) not in NAMES_STATES]


def test_models_policies_and_functions_name_no_state_as_text() -> None:
    states = {value for enumeration, _table in TABLES.values() for value in enumeration.values} | set(
        ReferralState.values
    )
    assert {str(path): found for path in files() if (found := texts_for_states(path, states))} == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("models.py", "Q(state='draft')"),
        ("models.py", "Q(state__in=['draft', 'x'])"),
        ("a.sql", "where state = 'draft'"),
        ("a.sql", "where r.state in ('draft')"),
    ],
)
def test_a_state_as_text_is_seen(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert texts_for_states(tmp_path / name, {"draft"})
