"""Blocks of abusive numbers, which last one day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from people import People, as_user
from telephone import CALLER, LINE, Phone, by_telephone, callbacks, go_on_duty, make_line, talking, waiting

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.journal.models import Event
from hotline.switchboard.blocked_numbers import block_caller, lift_block
from hotline.switchboard.models import Block, Call, Line

pytestmark = pytest.mark.django_db
OTHER_LINE = "+4930123456"


def after_a_conversation(people: People, number: str = CALLER) -> Call:
    go_on_duty(people.handler)
    phone = waiting(number)
    desk = talking(people.handler, phone)
    phone.hang_up()
    desk.hang_up()
    return phone.call


def block(user: User, call: Call) -> Block | None:
    made: Block | None = as_user(user, block_caller, by=user, call_id=call.pk)
    return made


def is_let_through(number: str = CALLER, to: str = LINE) -> bool:
    phone = Phone(number, to)
    heard = [verb.tag for verb in phone.ring()]
    assert ("Reject" in heard) == (phone.call.ending == "blocked")
    phone.hang_up()
    return heard != ["Reject"]


def test_blocked_number_is_refused_and_counted_until_the_block_expires(people: People, line: Line) -> None:
    call = after_a_conversation(people)
    first, second = block(people.handler, call), block(people.handler, call)
    assert first is not None
    assert first == second
    assert [is_let_through(), is_let_through()] == [False, False]
    assert is_let_through("+493411234568")
    assert by_telephone(Block.objects.get).turned_away == 2
    assert callbacks(people.coordinator) == []
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert not is_let_through()
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert is_let_through()
    assert as_user(people.coordinator, Event.objects.filter(kind="block.made").count) == 1


def test_only_a_coordinator_lifts_a_block(people: People, line: Line) -> None:
    made = block(people.handler, after_a_conversation(people))
    assert made is not None
    for user in (people.handler, people.other_coordinator, people.worker, people.dpo):
        with pytest.raises(NotAllowed):
            as_user(user, lift_block, by=user, block_id=made.pk)
    assert not is_let_through()
    for _ in range(2):
        as_user(people.coordinator, lift_block, by=people.coordinator, block_id=made.pk)
    assert is_let_through()
    assert as_user(people.coordinator, Event.objects.filter(kind="block.lifted").count) == 1


@pytest.mark.parametrize("number", ["anonymous", "+266696687", "+86282452253"])
def test_a_withheld_number_cannot_be_blocked(people: People, line: Line, number: str) -> None:
    call = after_a_conversation(people, number)
    assert block(people.handler, call) is None
    assert is_let_through(number)


@pytest.mark.parametrize("who", ["colleague", "other_handler", "other_coordinator", "worker"])
def test_handler_without_the_call_cannot_block_its_number(people: People, line: Line, who: str) -> None:
    call = after_a_conversation(people)
    with pytest.raises(NotAllowed):
        block(getattr(people, who), call)
    assert is_let_through()


def test_number_of_an_unanswered_call_cannot_be_blocked(people: People, line: Line) -> None:
    phone = waiting()
    with pytest.raises(NotAllowed):
        block(people.coordinator, phone.call)


def test_block_of_one_centre_does_not_affect_another(people: People, line: Line) -> None:
    make_line(people.other_centre, number=OTHER_LINE)
    assert block(people.handler, after_a_conversation(people)) is not None
    assert not is_let_through()
    assert is_let_through(to=OTHER_LINE)


def test_block_does_not_store_the_number(people: People, line: Line) -> None:
    made: Any = block(people.handler, after_a_conversation(people))
    assert CALLER not in str(vars(made))
    assert CALLER.encode() not in bytes(made.phone_index)
