"""Calling back fails, because the person is not reached or the provider fails; the desk shows why."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from answering import Provider
from calling_back import (
    PERSON,
    calls_out,
    in_room,
    part,
    person_is,
    picks_up,
    planned,
    rung,
    states,
    the_call,
    url,
)
from contacts import browser
from django.test import Client
from django.utils import timezone
from people import People, as_user
from telephone import (
    Desk,
    Phone,
    agent_now,
    as_service,
    busy,
    by_telephone,
    go_on_duty,
    key_not_pressed,
    not_picked_up,
    ordered,
)

from foundation.journal.models import Event
from hotline.contacts.models import Contact
from hotline.switchboard.models import Call, Command, Line
from hotline.switchboard.sweep import STEPS, silent
from hotline.switchboard.tasks import ask_about_calls, run_commands

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(people: People, line: Line) -> Client:
    go_on_duty(people.handler)
    return browser(people.handler)


# --- the person is not reached ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "why", "words", "asks_for_time"),
    [
        ("busy", "busy", "The line is busy", True),
        ("no-answer", "no_answer", "Nobody answers", True),
        ("failed", "failed", "This number cannot be reached", False),
        ("canceled", "no_answer", "Nobody answers", True),
    ],
)
def test_unreached_person_is_announced_and_shown_at_the_desk(
    people: People, client: Client, status: str, why: str, words: str, asks_for_time: bool
) -> None:
    callback = planned(people)
    desk = rung(people, client, callback)
    person = in_room(desk)
    person_is(person, "ringing", 1)
    person_is(person, status, 2)
    call = the_call()
    assert (call.state, call.ending, call.why_unreached) == ("ended", "unreached", why)
    assert ordered(call)[-1] == "tell"
    assert agent_now(people.handler).state == "wrap_up"
    heard = desk.says(f"/telephone/leg/{desk.leg.pk}/unreached/")
    assert words in "".join(heard.itertext())
    assert heard.find("Hangup") is not None
    desk.hang_up()
    shown = part(client, callback)
    assert words.lower() in shown.lower()
    assert (url("put_back", callback.pk) in shown) == asks_for_time
    assert url("call_again", call.contact_id) in shown
    assert states(callback, people) == ("claimed", people.handler.pk)


def one_step(*, by: Any, now: Any) -> int:
    """One step of the sweep, for the first call that is due."""
    return next((done for step in STEPS if (done := step(by=by, now=now))), 0)


def test_late_or_repeated_status_changes_nothing(people: People, client: Client) -> None:
    person = in_room(rung(people, client))
    person_is(person, "busy", 2)
    before, told = ordered(the_call()), by_telephone(Event.objects.count)
    person_is(person, "ringing", 1)
    person_is(person, "no-answer", 3)
    assert the_call().why_unreached == "busy"
    assert (ordered(the_call()), by_telephone(Event.objects.count)) == (before, told)


def test_end_reported_before_the_answer_counts_as_a_conversation(people: People, client: Client) -> None:
    person = in_room(rung(people, client))
    person_is(person, "completed", 3)
    person_is(person, "in-progress", 2)
    call = the_call()
    assert (call.ending, call.connected_at is not None) == ("answered", True)


def nothing_was_heard(desk: Desk) -> None:
    as_service(one_step, now=timezone.now() + timedelta(seconds=91))


@pytest.mark.parametrize("way", [not_picked_up, busy, key_not_pressed, nothing_was_heard], ids=lambda way: way.__name__)
def test_handler_who_does_not_answer_keeps_the_callback_and_the_person_is_not_rung(
    people: People, client: Client, way: Any
) -> None:
    callback = planned(people)
    way(rung(people, client, callback))
    call = the_call()
    assert (call.ending, call.why_unreached) == ("unreached", "handler")
    assert "ring" not in ordered(call)
    assert states(callback, people) == ("claimed", people.handler.pk)
    assert as_user(people.handler, lambda: Contact.objects.get(pk=call.contact_id).handler_id) == people.handler.pk
    assert by_telephone(Call.objects.waiting().count) == 0
    assert "Your own telephone was not picked up" in part(client, callback)
    again = {"call": str(uuid.uuid4())}
    assert client.post(url("call_again", call.contact_id), again).status_code == 302
    assert (calls_out(), the_call().state, the_call().contact_id) == (2, "connecting", call.contact_id)


def test_claim_of_an_outbound_call_lasts_longer_than_of_an_incoming_one(people: People, client: Client) -> None:
    desk = rung(people, client)
    as_service(one_step, now=timezone.now() + timedelta(seconds=80))
    assert the_call().state == "connecting"
    in_room(desk)
    person_is(Phone(PERSON), "ringing", 1)
    as_service(one_step, now=timezone.now() + timedelta(seconds=300))
    assert the_call().state == "connecting", "rung: the provider is asked, nothing is cut off"


@pytest.mark.parametrize("has_rung", [True, False])
def test_hanging_up_before_the_answer_stops_the_ringing(people: People, client: Client, has_rung: bool) -> None:
    person = in_room(rung(people, client))
    if has_rung:
        person_is(person, "ringing", 1)
    call = the_call()
    client.post(url("hang_up", call.pk))
    assert (the_call().ending, the_call().why_unreached) == ("unreached", "given_up")
    if not has_rung:  # the request was running
        person_is(person, "ringing", 1)
    stop = by_telephone(lambda: list(Command.objects.filter(kind="hang_up", leg=None).values_list("sid", flat=True)))
    assert stop == [person.sid]


def test_hanging_up_the_desk_phone_stops_the_ringing(people: People, client: Client) -> None:
    desk = rung(people, client)
    person = in_room(desk)
    person_is(person, "ringing", 1)
    desk.hang_up()
    assert the_call().why_unreached == "given_up"
    assert by_telephone(Command.objects.filter(kind="hang_up", sid=person.sid).count) == 1


def test_a_second_telephone_of_the_same_person_is_hung_up(people: People, client: Client) -> None:
    person = in_room(rung(people, client))
    picks_up(person)
    stray = Phone(PERSON)
    person_is(stray, "ringing", 1)
    person_is(stray, "busy", 2)
    assert the_call().state == "talking"
    assert by_telephone(Command.objects.filter(kind="hang_up", sid=stray.sid).count) == 1


def test_conversation_is_detected_without_the_rooms_event(people: People, client: Client) -> None:
    person = in_room(rung(people, client))
    person_is(person, "in-progress", 2)
    as_service(one_step, now=timezone.now() + timedelta(seconds=11))
    assert the_call().state == "talking"


def test_outbound_call_without_events_is_asked_about(people: People, client: Client, provider: Provider) -> None:
    in_room(rung(people, client))
    later = timezone.now() + timedelta(seconds=61)
    assert [one for one in by_telephone(silent, now=later) if not one.is_leg] == [], "nobody to ask about yet"
    person = Phone(PERSON)
    person_is(person, "ringing", 1)
    long_ago = timezone.now() - timedelta(minutes=3)
    by_telephone(lambda: Call.objects.update(heard_at=long_ago, asked_at=long_ago))
    ask_about_calls()
    assert f"/Calls/{person.sid}.json" in [path for path, _form in provider.asked]
    assert the_call().state == "ended", "the provider knows it no more"


# --- responses of the provider --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([(400, 21211)], "failed"),
        ([(400, 21210)], "provider"),
        ([(400, 13227)], "provider"),
        ([(404, 20404)], "given_up"),
    ],
)
def test_a_call_that_the_provider_refuses_ends_with_the_reason(
    people: People, client: Client, provider: Provider, answers: list[tuple[int, int]], why: str
) -> None:
    callback = planned(people)
    desk = rung(people, client, callback)
    by_telephone(lambda: Command.objects.filter(kind="dial").update(state="done"))
    in_room(desk)
    provider.answers = answers
    run_commands()
    call = the_call()
    assert (call.ending, call.why_unreached) == ("unreached", why)
    assert agent_now(people.handler).state == "wrap_up"
    assert call.get_why_unreached_display() in part(client, callback).lower()  # type: ignore[attr-defined]


def test_request_is_retried_while_the_provider_is_down(people: People, client: Client, provider: Provider) -> None:
    desk = rung(people, client)
    by_telephone(lambda: Command.objects.filter(kind="dial").update(state="done"))
    in_room(desk)
    for _ in range(12):
        provider.answers = [(503, 0)] * 3
        run_commands()
        by_telephone(lambda: Command.objects.filter(state="waiting").update(due_at=timezone.now(), claimed_until=None))
        if the_call().state == "ended":
            break
    assert (the_call().ending, the_call().why_unreached) == ("unreached", "provider")


def test_handlers_telephone_that_cannot_be_rung_is_shown(people: People, client: Client, provider: Provider) -> None:
    provider.answers = [(400, 21211)]
    callback = planned(people)
    rung(people, client, callback)
    run_commands()
    assert (the_call().ending, the_call().why_unreached) == ("unreached", "provider")
    assert states(callback, people)[0] == "claimed"


def test_crash_after_the_provider_accepted_rings_once(people: People, client: Client, provider: Provider) -> None:
    """The first request was accepted, but that was not stored: the repeat looks for the participant first."""
    desk = rung(people, client)
    by_telephone(lambda: Command.objects.filter(kind="dial").update(state="done"))
    person = in_room(desk)
    by_telephone(lambda: Command.objects.filter(kind="ring").update(attempts=1))
    provider.in_room[the_call().room] = (person.sid, "ringing")
    run_commands()
    assert [path for path, _form in provider.asked] == [f"/Conferences/CF1/Participants/{the_call().room}.json"]
    assert the_call().sid == person.sid
    assert by_telephone(lambda: list(Command.objects.filter(kind="ring").values_list("state", flat=True))) == ["done"]


def test_webhook_before_the_response_settles_the_command(people: People, client: Client, provider: Provider) -> None:
    desk = rung(people, client)
    by_telephone(lambda: Command.objects.filter(kind="dial").update(state="done"))
    person_is(in_room(desk), "ringing", 1)
    run_commands()
    assert provider.asked == []
    assert the_call().state == "connecting"


def test_handler_is_hung_up_if_the_announcement_fails(people: People, client: Client, provider: Provider) -> None:
    desk = rung(people, client)
    by_telephone(lambda: Command.objects.filter(kind="dial").update(state="done"))
    person_is(in_room(desk), "busy", 1)
    by_telephone(lambda: Command.objects.filter(kind="ring").update(state="done"))
    provider.answers = [(400, 20001)]
    run_commands()
    assert [form for _path, form in provider.asked][-1] == {"Status": "completed"}
