"""The way of a caller, from the first ring to the end, as the provider tells it."""

from __future__ import annotations

import pytest
from people import People, as_user
from telephone import Phone, leg_of, ordered, path_of, spoken, take_seat

from switchboard.actions import accept
from switchboard.models import Line

pytestmark = pytest.mark.django_db


def test_a_call_is_answered(people: People, line: Line) -> None:
    seat = take_seat(people.handler)
    phone = Phone()
    assert "drücken Sie die 1" in spoken(phone.ring())
    heard = phone.press("1")
    assert "112" in spoken(heard)
    assert phone.call.state == "menu"
    phone.wait()
    assert phone.call.state == "waiting"
    call = as_user(people.handler, accept, by=people.handler, call_id=phone.call.pk)
    assert ordered(call) == ["dial"]
    leg = leg_of(call)
    handler = Phone(to="+4991198765432")
    handler.says(f"/telephone/leg/{leg.pk}/answer/")
    room = handler.press("1")
    assert room.find(".//Conference").text == call.room
    assert ordered(call) == ["dial", "connect"]
    phone.says(f"/telephone/call/{call.pk}/room/")
    assert phone.call.state == "talking"
    phone.hang_up()
    ended = phone.call
    assert (ended.state, ended.ending, ended.contact_id) == ("ended", "answered", ended.pk)
    assert seat and path_of
