"""A new state is forgotten nowhere: in no set, transition, constraint, policy, function, tone, sentence or figure.

What is asked here is asked of a copy of the checkout in which each set of each state machine has one state more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from architecture.source import templates
from architecture.state_copy import NEW, NOWHERE, facts_of_copy
from django.db.models import UniqueConstraint

from foundation.privacy.state_machines import StateMachine, all_machines
from handoff.referrals.models import Referral
from handoff.referrals.states import LIVE, TAKEN, WAITING

Problem = tuple[str, str, str]

#: What is meant about one state of a set, and holds for no other that may join it.
ABOUT_ONE_STATE = {
    ("constraint", "one_call_per_handler"): "a call that is in conversation may be handed over, and goes on without",
    ("function", "referral_decisions"): "only who let an offer run out asks again, not who declined",
    ("function", "count_offer_of_day"): "an offer that ran out counts as late, one that was declined has its own time",
}
#: Dictionaries that hold for some states only: a new state is looked up in none of them.
FOR_SOME_STATES = {
    "foundation/retention/request_actions.py ENDED": "the ends: the action that ends one takes no other",
    "hotline/contacts/events.py CALLBACK_ENDED": "the ends: the action that ends one takes no other",
}
#: What a new state is missing until somebody writes it, beside its set and its transitions.
TO_BE_WRITTEN = {
    "CallState": {"hotline/switchboard/events.py CALL_MOVED", "hotline/switchboard/states.py NATURAL_ENDING"},
    "AgentState": {"hotline/switchboard/events.py AGENT_MOVED"},
    "ReferralState": {"tone", "sentence", "answer"},
    "ContactState": {"tone"},
    "AssessmentState": {"tone"},
    "CaseState": {"tone"},
    "MemberState": {"tone"},
    "PlanState": {"tone"},
    "ReviewState": {"tone"},
    "CaseAssessmentState": {"tone"},
    "ConsultationState": {"tone"},
    "ClosureState": {"tone"},
    "ReopeningState": {"tone"},
    "PrisonReleaseState": {"tone"},
    "ExitReportState": {"tone"},
}
#: The states in TO_BE_WRITTEN that need no line there, and why.
NEED_NO_LINE = {
    ("hotline/switchboard/events.py CALL_MOVED", "CallState.menu"): "a call begins there and never comes back",
    ("hotline/switchboard/states.py NATURAL_ENDING", "CallState.ended"): "it has its ending",
}
#: The variables of templates whose state is shown as a badge with tone and icon.
BADGES = {
    "contact": "ContactState",
    "case": "CaseState",
    "assessment": "AssessmentState",
    "referral": "ReferralState",
    "one.referral": "ReferralState",
    "live": "ReferralState",
    "member": "MemberState",
    "plan": "PlanState",
    "review": "ReviewState",
    "other": "PlanState",
    "case_assessment": "CaseAssessmentState",
    "consultation": "ConsultationState",
    "closure": "ClosureState",
    "reopening": "ReopeningState",
    "prison_release": "PrisonReleaseState",
    "exit_report": "ExitReportState",
}
ENDED_AT = "its end is a time: constraints and policies ask for that"
SHIFTS = "the whole shift reads and writes it, in whatever state"
NO_FUNCTION = "no function of the database asks for it"
AT_WORK = "figures count contacts, referrals and cases, not the work at the telephone"
LABEL_SAYS_IT = "the label of the state is all that is said"
OF_TEAM = "the team reads it, in whatever state"
NO_BADGE = "shown in words, not as a badge"
#: Where an aspect does not apply to a machine, and why.
NOT_APPLICABLE = {
    "ProposalState": {
        "policy": "its history is read by the same people", "figure": AT_WORK, "tone": NO_BADGE,
        "sentence": LABEL_SAYS_IT,
    },
    "LinkState": {
        "policy": "it is read by the same people afterwards", "function": NO_FUNCTION, "figure": AT_WORK,
        "tone": NO_BADGE, "sentence": LABEL_SAYS_IT,
    },
    "ContactState": {"sentence": LABEL_SAYS_IT},
    "CallbackState": {
        "policy": SHIFTS, "figure": AT_WORK, "tone": NO_BADGE, "sentence": LABEL_SAYS_IT,
    },
    "CallState": {
        "policy": ENDED_AT, "function": "those that ask for its end ask how it ended", "figure": AT_WORK,
        "tone": NO_BADGE, "sentence": LABEL_SAYS_IT,
    },
    "LegState": {
        "policy": ENDED_AT, "function": NO_FUNCTION, "figure": AT_WORK, "tone": NO_BADGE, "sentence": LABEL_SAYS_IT,
    },
    "AgentState": {
        "policy": SHIFTS, "function": NO_FUNCTION, "figure": AT_WORK, "tone": "the telephone bar has its own",
        "sentence": LABEL_SAYS_IT,
    },
    "OfferState": {
        "policy": SHIFTS, "function": NO_FUNCTION, "figure": AT_WORK, "tone": "never shown", "sentence": "never shown",
    },
    "CommandState": {
        "constraint": "it may have ended in any state but one, and only its action writes it", "policy": SHIFTS,
        "function": NO_FUNCTION, "figure": AT_WORK, "tone": "never shown", "sentence": "never shown",
    },
    "MessageState": {
        "constraint": "what was sent has a sid: constraints ask for that",
        "policy": "a message is read with its contact, in whatever state", "function": NO_FUNCTION,
        "figure": AT_WORK, "tone": NO_BADGE, "sentence": LABEL_SAYS_IT,
    },
    "AssessmentState": {"policy": "it is read with its contact, in whatever state", "sentence": LABEL_SAYS_IT},
    "CaseState": {"sentence": LABEL_SAYS_IT},
    "ActionState": {"tone": NO_BADGE, "sentence": LABEL_SAYS_IT},
    "MemberState": {"figure": "case teams are not counted in figures yet", "sentence": LABEL_SAYS_IT},
    "PlanState": {"figure": "goals and actions are counted, not versions", "sentence": LABEL_SAYS_IT},
    "AgreementState": {
        "figure": "goals and actions are counted, not agreements", "tone": NO_BADGE, "sentence": LABEL_SAYS_IT,
    },
    "ClosureState": {"policy": OF_TEAM, "sentence": LABEL_SAYS_IT},
    "OpinionState": {
        "figure": "cases are counted, not proposals to close them", "tone": NO_BADGE, "sentence": LABEL_SAYS_IT,
    },
    "ReopeningState": {
        "policy": OF_TEAM, "figure": "cases are counted, not proposals to reopen them", "sentence": LABEL_SAYS_IT,
    },
    "CaseAssessmentState": {"figure": "it counts when it was delivered, and rated", "sentence": LABEL_SAYS_IT},
    "ConsultationState": {"figure": "consultations are not counted in figures yet", "sentence": LABEL_SAYS_IT},
    "ExitReportState": {
        "policy": OF_TEAM, "figure": "exit reports are not counted in figures yet", "sentence": LABEL_SAYS_IT,
    },
    "PrisonReleaseState": {"figure": "releases from prison are not counted in figures yet", "sentence": LABEL_SAYS_IT},
    "ReviewState": {"sentence": LABEL_SAYS_IT},
    "QuestionState": {
        "policy": "it is read with its case, in whatever state", "figure": AT_WORK,
        "tone": NO_BADGE, "sentence": LABEL_SAYS_IT,
    },
    "RequestState": {
        "figure": "figures count contacts, referrals and cases, not what is asked about them", "tone": NO_BADGE,
        "sentence": LABEL_SAYS_IT,
    },
    "ReleaseState": {
        "figure": "it holds figures", "tone": "its badges say public or waiting", "sentence": LABEL_SAYS_IT,
    },
}  # fmt: skip
FROM_SETS = ("constraint", "policy", "function", "figure")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return facts_of_copy(tmp_path_factory.mktemp("copy"))


def problems(facts: Mapping[str, Any]) -> set[Problem]:
    """What does not cover a state: the aspect, where, and the state."""
    found = set()
    for machine in facts["machines"]:
        found |= set(in_no_set(machine)) | set(without_transition(machine)) | set(unwritten(machine, facts))
        for kind, name, states in facts["conditions"]:
            if kind in FROM_SETS:
                found |= {(kind, name, state) for state in not_covered(states, machine["sets"])}
    return found


def in_no_set(machine: Mapping[str, Any]) -> Iterable[Problem]:
    for state in machine["states"]:
        if sum(state in one for one in machine["sets"]) != 1:
            yield "set", machine["name"], state


def without_transition(machine: Mapping[str, Any]) -> Iterable[Problem]:
    for state in machine["states"]:
        if state not in machine["in_table"] or state not in machine["reached"]:
            yield "transition", machine["name"], state


def unwritten(machine: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterable[Problem]:
    """What is written for each state by hand, so that a set cannot cover it."""
    name = machine["name"]
    written = {where: states for kind, where, states in facts["conditions"] if kind == "table"}
    if name in BADGES.values():
        written["tone"] = [f"{name}.{tone}" for tone in facts["tones"]]
    if name == "ReferralState":
        written |= {"sentence": facts["told"], "answer": facts["answers"]}
    for where, states in written.items():
        of_it = {state for state in states if state.startswith(f"{name}.")}
        if of_it and where not in FOR_SOME_STATES and not where.endswith(" sentences"):  # asked by calling it
            missing = [state for state in machine["states"] if state not in of_it]
            yield from (("written", where, state) for state in missing if (where, state) not in NEED_NO_LINE)


def not_covered(states: Iterable[str], sets: Iterable[Iterable[str]]) -> Iterable[str]:
    """A condition names all states of a set or none; else these are missing, and a new one of that set would be."""
    for one in map(set, sets):
        if one & set(states):
            yield from one - set(states)


def is_new(state: str) -> bool:
    return f".{NEW}" in state


def test_each_state_of_today_is_covered(facts: dict[str, Any]) -> None:
    found = {problem for problem in problems(facts) if not is_new(problem[2])}
    assert {(kind, where) for kind, where, _state in found} == set(ABOUT_ONE_STATE)


@pytest.mark.parametrize("machine", all_machines(), ids=lambda one: one.title)
def test_a_new_state_fails_where_it_is_not_covered_and_nowhere_else(
    facts: dict[str, Any], machine: StateMachine
) -> None:
    """Constraints, policies, functions and figures follow the set it joins. The rest has to be written."""
    name = machine.states.__name__
    found = {one for one in problems(facts) if is_new(one[2]) and one[2].startswith(f"{name}.")}
    joined = [f"{name}.{NEW}{place}" for place in range(len(machine.sets))]
    expected = {("set", name, f"{name}.{NOWHERE}")}
    for state in [*joined, f"{name}.{NOWHERE}"]:
        expected.add(("transition", name, state))
        expected |= {("written", where, state) for where in TO_BE_WRITTEN.get(name, ())}
    answered = {one for one in expected if one[1] == "answer" and one[2] in facts["answers"]}  # by the sets
    assert {one for one in found if one[:2] not in ABOUT_ONE_STATE} == expected - answered
    if name == "ReferralState":
        assert {state for _kind, _where, state in answered} < set(joined)
        assert ("written", "answer", f"{name}.{NOWHERE}") in found


@pytest.mark.parametrize("machine", all_machines(), ids=lambda one: one.title)
def test_each_aspect_covers_a_machine_or_is_said_not_to_apply(facts: dict[str, Any], machine: StateMachine) -> None:
    name = machine.states.__name__
    there = {
        kind
        for kind, _where, states in facts["conditions"]
        if kind in FROM_SETS and any(state.startswith(f"{name}.") for state in states)
    }
    there |= {"tone"} if name in BADGES.values() else set()
    there |= {"sentence"} if "sentence" in TO_BE_WRITTEN.get(name, ()) else set()
    assert {*FROM_SETS, "tone", "sentence"} - there == set(NOT_APPLICABLE.get(name, {}))


def test_each_badge_of_a_state_is_asked_for_its_tone() -> None:
    shown = {
        found
        for path in templates()
        if path.suffix == ".html"
        for found in re.findall(r"{% state_badge ([\w.]+)\.state\b", path.read_text(encoding="utf-8"))
    }
    assert shown == set(BADGES)


#: A change of one file, and what has to be seen of it.
FORGOTTEN = {
    "handoff/referrals/models.py": (
        "Q(state__in=in_order(WAITING | TAKEN))",
        'Q(state__in=["ReferralState.offered", "ReferralState.question", *in_order(TAKEN)])',
        ("constraint", "one_partner_at_a_time", "ReferralState.new_1"),
    ),
    "handoff/referrals/policies.py": (
        "SHOWS_SUMMARY=states(SHOWS_SUMMARY)",
        "SHOWS_SUMMARY=\"'ReferralState.offered', 'ReferralState.question'\"",
        ("function", "consent_of_case", "ReferralState.new_1"),
    ),
    "reporting/publishing/policies.py": (
        'f"state in ({quoted(*RELEASED)})"',
        "\"state in ('ReleaseState.released')\"",
        ("policy", "publishing_release select", "ReleaseState.new_1"),
    ),
    "reporting/figures/populations.py": (
        'f"n.state in ({quoted(*FINISHED)})"',
        "\"n.state in ('ContactState.completed')\"",
        ("figure", "contacts", "ContactState.new_1"),
    ),
    "foundation/ui/templatetags/ui.py": (
        '"superseded": (',
        '"replaced": (',
        ("written", "tone", "AssessmentState.superseded"),
    ),
    "handoff/referrals/timeline.py": (
        "ReferralState.RETURNED: _(",
        '"returned": _(',
        ("written", "sentence", "ReferralState.returned"),
    ),
    "hotline/switchboard/events.py": (
        "    CallState.LEAVING: CALL_LEAVING,\n",
        "",
        ("written", "hotline/switchboard/events.py CALL_MOVED", "CallState.leaving"),
    ),
    "hotline/texting/states.py": (
        "    MessageState.SENT: dict.fromkeys(SETTLED, Who.TELEPHONE),\n",
        "",
        ("transition", "MessageState", "MessageState.sent"),
    ),
    "reporting/figures/measures.py": (
        "(ReferralState.EXPIRED.value, ",
        '("late", ',
        ("written", "answer", "ReferralState.expired"),
    ),
    "triage/states.py": (
        "sets=(BEING_FILLED_IN, WAITING, IN_FORCE, REPLACED, DROPPED)",
        "sets=(BEING_FILLED_IN, WAITING, IN_FORCE, REPLACED)",
        ("set", "AssessmentState", "AssessmentState.discarded"),
    ),
}


def test_what_does_not_follow_the_sets_is_seen(facts: dict[str, Any], tmp_path: Path) -> None:
    edits = {path: (old, new) for path, (old, new, _problem) in FORGOTTEN.items()}
    found = problems(facts_of_copy(tmp_path, edits)) - problems(facts)
    assert [path for path, (_old, _new, problem) in FORGOTTEN.items() if problem not in found] == []


def test_constraints_that_hold_for_live_referrals_follow_the_sets() -> None:
    held = {
        one.name: set(dict(one.condition.children)["state__in"])
        for one in Referral._meta.constraints
        if isinstance(one, UniqueConstraint) and one.condition
    }
    assert held == {
        "one_partner_at_a_time": WAITING | TAKEN,
        "one_live_referral_per_case_and_partner": LIVE,
    }
