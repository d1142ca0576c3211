"""Properties of the matching of any calls and handlers."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hotline.switchboard.matching import Free, WaitingCall, in_order, match

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
LANGUAGES, SKILLS = ["de", "fr", "tr"], ["exit", "school"]
HANDLERS = [uuid.UUID(int=n) for n in range(1, 7)]
moments = st.integers(0, 5).map(lambda minutes: START + timedelta(minutes=minutes))
some_handlers = st.frozensets(st.sampled_from(HANDLERS), max_size=2)
calls = st.lists(
    st.builds(
        WaitingCall,
        call=st.integers(100, 199).map(lambda n: uuid.UUID(int=n)),
        since=moments,
        language=st.sampled_from(["", *LANGUAGES]),
        skill=st.sampled_from(["", *SKILLS]),
        is_urgent=st.booleans(),
        shown_to=some_handlers,
        passed_by=some_handlers,
    ),
    max_size=6,
    unique_by=lambda call: call.call,
)
free = st.lists(
    st.builds(
        Free,
        handler=st.sampled_from(HANDLERS),
        since=moments,
        languages=st.frozensets(st.sampled_from(LANGUAGES)),
        skills=st.frozensets(st.sampled_from(SKILLS)),
    ),
    max_size=6,
    unique_by=lambda handler: handler.handler,
)


def can(handler: Free, call: WaitingCall) -> bool:
    """The rule, written independently of the tested code."""
    if handler.handler in call.passed_by:
        return False
    if call.language and handler.languages and call.language not in handler.languages:
        return False
    return not call.skill or call.skill in handler.skills


@given(calls, free)
def test_every_match_is_permitted(waiting: list[WaitingCall], handlers: list[Free]) -> None:
    by_call = {call.call: call for call in waiting}
    by_handler = {handler.handler: handler for handler in handlers}
    pairs = match(waiting, handlers)
    assert len({handler for _call, handler in pairs}) == len(pairs), "one call per handler"
    assert all(can(by_handler[handler], by_call[call]) for call, handler in pairs)


@given(calls, free)
def test_no_free_handler_is_left_while_a_matching_call_waits(waiting: list[WaitingCall], handlers: list[Free]) -> None:
    busy = {handler for _call, handler in match(waiting, handlers)}
    assert not [h for h in handlers if h.handler not in busy and any(can(h, call) for call in waiting)]


@given(calls, free)
def test_call_without_an_offer_is_never_skipped(waiting: list[WaitingCall], handlers: list[Free]) -> None:
    """In favour of a later call, or of one that has an offer already."""
    pairs = match(waiting, handlers)
    queue = in_order(waiting)
    shown = {call for call, _handler in pairs}
    for place, call in enumerate(queue):
        if call.call in shown or call.shown_to:
            continue
        less_pressing = {other.call for other in queue if other.shown_to} | {later.call for later in queue[place:]}
        took = {handler for other, handler in pairs if other in less_pressing}
        assert not [h for h in handlers if h.handler in took and can(h, call)]


@given(calls, free)
def test_no_call_gets_a_second_offer_while_another_has_none(waiting: list[WaitingCall], handlers: list[Free]) -> None:
    pairs = match(waiting, handlers)
    unseen = [call for call in waiting if not call.shown_to and call.call not in {shown for shown, _ in pairs}]
    by_handler = {handler.handler: handler for handler in handlers}
    for call in unseen:
        takers = [shown for shown, handler in pairs if can(by_handler[handler], call)]
        assert len(takers) == len(set(takers))


@given(calls)
def test_urgent_calls_are_first_then_longest_waiting(waiting: list[WaitingCall]) -> None:
    keys = [(not call.is_urgent, call.since) for call in in_order(waiting)]
    assert keys == sorted(keys)


@given(calls, free, st.randoms(use_true_random=False))
def test_matching_does_not_depend_on_the_order_of_rows(
    waiting: list[WaitingCall], handlers: list[Free], chance: object
) -> None:
    pairs = match(waiting, handlers)
    chance.shuffle(waiting)  # type: ignore[attr-defined]
    chance.shuffle(handlers)  # type: ignore[attr-defined]
    assert sorted(match(waiting, handlers)) == sorted(pairs)


def test_handler_who_has_been_free_longest_is_first() -> None:
    early, late = (Free(HANDLERS[n], START + timedelta(minutes=n)) for n in (0, 1))
    first, second = (WaitingCall(uuid.UUID(int=100 + n), START + timedelta(minutes=n)) for n in (0, 1))
    assert match([second, first], [late, early]) == [(first.call, early.handler), (second.call, late.handler)]
