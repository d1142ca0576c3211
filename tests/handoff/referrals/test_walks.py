"""Random sequences of actions: only the listed transitions happen, and only by the right side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from html_forms import forms_of
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from people import People, new_id
from referrals import SUMMARY, draft, make_case
from web import sign_in

from casework.cases.models import Case, Responsibility
from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from handoff.referrals import centre_actions, partner_actions
from handoff.referrals.deadline_actions import expire
from handoff.referrals.models import Referral
from handoff.referrals.states import TAKEN, TRANSITIONS, ReferralState, Who
from handoff.referrals.transitions import lock
from handoff.referrals.vocabulary import DeclineReason, Feedback, Outcome

from .test_transitions import steps

S = ReferralState


def message() -> dict[str, Any]:
    return {"message_id": new_id(), "text": "words"}


#: Name: who may do it, from which states, the next state (None: unchanged), and the action.
STEPS: dict[str, tuple[Who, set[S], S | None, Callable[..., Any], Callable[[], dict[str, Any]]]] = {
    "offer": (Who.CENTRE, {S.DRAFT}, S.OFFERED, centre_actions.offer_referral, lambda: {"text": SUMMARY}),
    "answer": (Who.CENTRE, {S.QUESTION}, S.OFFERED, centre_actions.answer_question, message),
    "withdraw": (Who.CENTRE, {S.DRAFT, S.OFFERED, S.QUESTION}, S.WITHDRAWN, centre_actions.withdraw_referral, dict),
    "accept": (Who.PARTNER, {S.OFFERED, S.QUESTION}, S.ACCEPTED, partner_actions.accept_referral, dict),
    "decline": (
        Who.PARTNER,
        {S.OFFERED, S.QUESTION},
        S.DECLINED,
        partner_actions.decline_referral,
        lambda: {"reason": DeclineReason.OTHER},
    ),
    "ask": (Who.PARTNER, {S.OFFERED}, S.QUESTION, partner_actions.ask_question, message),
    "begin": (
        Who.PARTNER,
        set(TAKEN),
        S.IN_PROGRESS,
        partner_actions.give_feedback,
        lambda: {**message(), "feedback": Feedback.FIRST_CONTACT},
    ),
    "try": (
        Who.PARTNER,
        set(TAKEN),
        None,
        partner_actions.give_feedback,
        lambda: {**message(), "feedback": Feedback.NOT_REACHED},
    ),
    "complete": (
        Who.PARTNER,
        set(TAKEN),
        S.COMPLETED,
        partner_actions.complete_referral,
        lambda: {"outcome": Outcome.OTHER},
    ),
    "return": (Who.PARTNER, set(TAKEN), S.RETURNED, partner_actions.return_referral, lambda: {"text": "why"}),
    "expire": (Who.DEADLINE, {S.OFFERED}, S.EXPIRED, expire, dict),
}
#: The address of a step's form, where it has another name.
FORMS = {"begin": "feedback", "try": "feedback", "return": "give_back"}
#: Who takes the steps of a side.
RIGHT = {Who.CENTRE: "handler", Who.PARTNER: "worker", Who.DEADLINE: "clock"}
ACTORS = ["handler", "coordinator", "worker", "colleague", "other_worker", "other_handler", "clock"]
SIDES = {"handler": Who.CENTRE, "coordinator": Who.CENTRE, "worker": Who.PARTNER, "clock": Who.DEADLINE}
#: Mostly permitted people, so that many steps succeed.
good = st.sampled_from(sorted(STEPS)).map(lambda name: (name, RIGHT[STEPS[name][0]]))
walks = st.lists(st.one_of(good, good, st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(ACTORS))), max_size=10)


def attempt(people: People, referral: Referral, name: str, actor: str) -> bool:
    """Whether the step succeeded (or was a repeat without effect)."""
    user: User = service_user(Service.DEADLINES) if actor == "clock" else getattr(people, actor)
    _who, _sources, _target, action, values = STEPS[name]
    try:
        with acting_as(user, purpose="test"):
            if action is expire:
                expire(by=user, referral=lock(referral.pk))
            else:
                action(by=user, referral_id=referral.pk, **values())
    except (NotAllowed, Stale, centre_actions.AlreadyOffered):
        return False
    return True


def now(people: People, referral: Referral) -> tuple[ReferralState, int, int]:
    """State, version, number of events."""
    with acting_as(people.coordinator, purpose="test"):
        found = Referral.objects.get(pk=referral.pk)
        return S(found.state), found.version, Event.objects.filter(subject=referral.pk).count()


def check_responsibility(people: People, case: Case, state: ReferralState) -> None:
    with acting_as(people.coordinator, purpose="test"):
        holders = list(Responsibility.objects.current().filter(case=case).values_list("organisation", "user"))
        case = Case.objects.get(pk=case.pk)
    assert holders == [(case.responsible_organisation_id, case.responsible_user_id)]
    assert case.responsible_organisation_id == (people.partner.pk if state in TAKEN else people.centre.pk)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=walks)
@example(walk=[("offer", "handler"), ("accept", "worker"), ("begin", "worker"), ("begin", "worker")])
def test_random_steps_change_state_only_as_listed_and_by_the_right_side(
    people: People, walk: list[tuple[str, str]]
) -> None:
    case = make_case(people)
    referral = draft(people, case)
    state, version, events = now(people, referral)
    for name, actor in walk:
        who, sources, target, _action, _values = STEPS[name]
        done = attempt(people, referral, name, actor)
        after, after_version, after_events = now(people, referral)
        allowed = SIDES.get(actor) == who and state in sources
        if allowed:
            assert done, (name, actor, state)
            assert (after, after_version) == (target or state, version + (target not in (None, state)))
            assert after_events > events
        else:
            assert (after, after_version, after_events) == (state, version, events), (name, actor, state)
        if after != state:
            assert TRANSITIONS[state, after] == SIDES[actor]
        check_responsibility(people, case, after)
        state, version, events = after, after_version, after_events


def test_steps_cover_all_transitions() -> None:
    walked = {(source, step[2]) for step in STEPS.values() for source in step[1] if step[2] not in (None, source)}
    assert walked == set(TRANSITIONS)


def test_each_action_of_a_person_is_also_tried_twice_late_and_by_others() -> None:
    actions = {step[3] for step in STEPS.values() if step[0] != Who.DEADLINE}
    assert actions - {step[2] for step in steps()} == set()


def way_to(state: ReferralState) -> list[str]:
    """The shortest way there from a draft."""
    ways: dict[ReferralState, list[str]] = {S.DRAFT: []}
    for _length in STEPS:
        for name, (_who, sources, target, _action, _values) in STEPS.items():
            for source in sources & ways.keys():
                if target:
                    ways.setdefault(target, [*ways[source], name])
    return ways[state]


def forms_on(user: User, address: str) -> dict[str, int]:
    """Where the forms of a page lead, and how many fields each has."""
    client = Client()
    sign_in(client, user)
    forms = forms_of(client.get(address).content.decode(), address)
    return {str(resolve(form.action).url_name): len(form.data()) - 1 for form in forms}  # without the token


@pytest.mark.parametrize("state", ReferralState)
def test_each_step_has_its_form_on_the_page_of_its_side(people: People, state: ReferralState) -> None:
    referral = draft(people, make_case(people))
    for name in way_to(state):
        assert attempt(people, referral, name, RIGHT[STEPS[name][0]])
    for who, side in ((Who.CENTRE, "referrals"), (Who.PARTNER, "inbox")):
        steps = {name: step for name, step in STEPS.items() if step[0] == who}
        found = forms_on(getattr(people, RIGHT[who]), f"/{side}/{referral.pk}/")
        wanted = {FORMS.get(name, name) for name, step in steps.items() if state in step[1]}
        assert found.keys() & {FORMS.get(name, name) for name in steps} == wanted
        assert [name for name in steps if found.get(name) == 0 and steps[name][4]()] == []
