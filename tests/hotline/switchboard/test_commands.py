"""Commands to the provider: executed in order, once, with retries; failures are visible.

The provider is a small HTTP server on this machine; our own client of it is the real one.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from answering import Provider
from django.utils import timezone
from people import People, as_user
from telephone import (
    DESK,
    LINE,
    PUBLIC,
    TELEPHONY,
    Desk,
    Phone,
    agent_now,
    by_telephone,
    callbacks,
    claim,
    go_on_duty,
    leg_of,
    ordered,
    picked_up,
    talking,
    waiting,
)

from foundation.journal.models import Event
from hotline.contacts.models import Contact
from hotline.switchboard import actions
from hotline.switchboard.command_execution import request_for
from hotline.switchboard.commands import GOOD_FOR, RETRY_AFTER, claim_commands
from hotline.switchboard.models import Command, Line, Voicemail
from hotline.switchboard.tasks import run_commands

pytestmark = pytest.mark.django_db
NOWHERE = "http://127.0.0.1:9"  # the discard port, on which nothing listens


@pytest.fixture
def phone(people: People, line: Line) -> Phone:
    go_on_duty(people.handler)
    return waiting()


def commands() -> list[tuple[str, str, int]]:
    """Kind, state and the provider's code of each, oldest first."""
    return list(by_telephone(lambda: list(Command.objects.order_by("pk").values_list("kind", "state", "problem"))))


def told(people: People, kind: str) -> list[dict[str, Any]]:
    found = as_user(people.coordinator, lambda: list(Event.objects.filter(kind=kind).values_list("data", flat=True)))
    return list(found)


def due_again() -> None:
    """Make the next attempt due."""
    by_telephone(lambda: Command.objects.filter(state="waiting").update(due_at=timezone.now(), claimed_until=None))


def test_a_call_is_rung_connected_and_ended(people: People, phone: Phone, provider: Provider) -> None:
    call = claim(people.handler, phone)
    run_commands()
    (path, form), leg = provider.asked[0], leg_of(call)
    assert (path, form["To"], form["From"], form["Timeout"]) == ("/Calls.json", DESK, LINE, "20")
    assert form["Url"] == f"{PUBLIC}/telephone/leg/{leg.pk}/answer/"
    assert (leg.state, leg.sid) == ("ringing", f"CA{1:032x}")
    desk = Desk(leg=leg, sid=leg.sid or "")
    desk.ring()
    desk.press("1")
    run_commands()
    room = f"{PUBLIC}/telephone/call/{call.pk}/room/"
    assert provider.asked[1] == (f"/Calls/{phone.sid}.json", {"Url": room, "Method": "POST"})
    phone.in_room("participant-join", sequence=1, label=leg.label)
    phone.enter_room()
    as_user(people.handler, actions.hold, by=people.handler, call_id=call.pk, is_held=True)
    as_user(people.handler, actions.hang_up, by=people.handler, call_id=call.pk)
    run_commands()
    assert provider.asked[2] == (f"/Conferences/CF1/Participants/{call.room}.json", {"Hold": "true"})
    assert provider.asked[3][1]["Url"] == f"{PUBLIC}/telephone/call/{call.pk}/after/"
    phone.hang_up()
    run_commands()
    assert provider.asked[4:] == [(f"/Calls/{leg.sid}.json", {"Status": "completed"})]
    assert {state for _kind, state, _problem in commands()} == {"done"}


def test_commands_run_in_order_and_a_waiting_one_delays_only_its_call(people: People, phone: Phone) -> None:
    talking(people.handler, phone)
    go_on_duty(people.colleague)
    claim(people.colleague, waiting("+493411234568"))
    as_user(people.handler, actions.hold, by=people.handler, call_id=phone.call.pk, is_held=True)
    mine, soon = Command.objects.filter(call=phone.call), timezone.now() + timedelta(minutes=1)
    by_telephone(lambda: mine.filter(kind="connect").update(due_at=soon))
    by_telephone(lambda: mine.filter(kind="dial").update(state="done"))
    assert [command.kind for command in by_telephone(claim_commands)] == ["dial"], "the other call's"
    by_telephone(lambda: Command.objects.filter(kind="connect").update(state="done"))
    assert [command.kind for command in by_telephone(claim_commands)] == ["hold"]


def test_claimed_command_is_not_claimed_again_before_its_lease_expires(people: People, phone: Phone) -> None:
    claim(people.handler, phone)
    assert len(by_telephone(claim_commands)) == 1
    assert by_telephone(claim_commands) == []
    by_telephone(lambda: Command.objects.update(claimed_until=timezone.now() - timedelta(seconds=1)))
    assert [command.attempts for command in by_telephone(claim_commands)] == [2]


def test_commands_for_an_ended_call_are_dropped(people: People, phone: Phone, provider: Provider) -> None:
    claim(people.handler, phone)
    phone.hang_up()
    run_commands()
    assert provider.asked == []
    assert {state for _kind, state, _problem in commands()} == {"dropped"}
    leg = leg_of(phone.call)
    assert (leg.state, leg.reason) == ("ended", "not rung"), "nobody waits for a telephone that will not ring"


def test_browser_phone_that_never_connects_is_given_up(people: People, line: Line) -> None:
    go_on_duty(people.handler, phone="", is_browser=True)
    phone = waiting()
    claim(people.handler, phone)
    phone.hang_up()
    run_commands()
    assert leg_of(phone.call).state == "ended"


def test_expired_ring_command_returns_the_caller_to_the_queue(people: People, phone: Phone, provider: Provider) -> None:
    claim(people.handler, phone)
    by_telephone(lambda: Command.objects.update(made_at=timezone.now() - GOOD_FOR - timedelta(seconds=1)))
    run_commands()
    assert (phone.call.state, leg_of(phone.call).state, provider.asked) == ("waiting", "ended", [])


def test_partner_already_in_the_room_is_kept(people: People, phone: Phone, provider: Provider) -> None:
    """The room has reported the partner, but the event of their telephone, with its sid, has not arrived yet."""
    talking(people.handler, phone)
    run_commands()
    values = {"call_id": phone.call.pk, "leg_id": uuid.uuid4(), "phone": "+4930999", "organisation": None}
    as_user(people.handler, actions.consult, by=people.handler, **values)
    phone.in_room("participant-join", sequence=3, label=leg_of(phone.call, "partner").label)
    old = timezone.now() - GOOD_FOR - timedelta(seconds=1)
    by_telephone(lambda: Command.objects.filter(kind="add").update(made_at=old))
    run_commands()
    assert leg_of(phone.call, "partner").state == "in_room"


def test_caller_is_resumed_if_the_partner_is_never_rung(people: People, phone: Phone, provider: Provider) -> None:
    talking(people.handler, phone)
    run_commands()
    values = {"call_id": phone.call.pk, "leg_id": uuid.uuid4(), "phone": "+4930999", "organisation": None}
    as_user(people.handler, actions.consult, by=people.handler, **values)
    old = timezone.now() - GOOD_FOR - timedelta(seconds=1)
    by_telephone(lambda: Command.objects.filter(kind="add").update(made_at=old))
    run_commands()
    assert leg_of(phone.call, "partner").state == "ended"
    holds = [form["Hold"] for path, form in provider.asked if "Participants" in path and "Hold" in form]
    assert holds == ["true", "false"]


@pytest.mark.parametrize("kind", ["connect", "hold", "goodbye"])
def test_command_that_is_not_needed_makes_no_request(people: People, phone: Phone, kind: str) -> None:
    talking(people.handler, phone)
    call = phone.call
    command = by_telephone(lambda: Command.objects.create(centre=people.centre, kind=kind, call=call))
    assert (by_telephone(request_for, command=command) is None) == (kind == "connect")
    phone.hang_up()
    assert by_telephone(request_for, command=command) is None


def test_late_ring_command_is_dropped(people: People, phone: Phone) -> None:
    claim(people.handler, phone)
    command = by_telephone(Command.objects.get)
    assert by_telephone(request_for, command=command) is not None
    with time_machine.travel(timezone.now() + GOOD_FOR + timedelta(seconds=1)):
        assert by_telephone(request_for, command=command) is None


def test_telephone_with_a_known_sid_is_not_rung_again(people: People, phone: Phone, provider: Provider) -> None:
    """The provider accepted the first request, and the process died before storing that; its events contain the sid."""
    claim(people.handler, phone)
    by_telephone(claim_commands)
    Desk(leg=leg_of(phone.call)).status("ringing", sequence=1)
    due_again()
    run_commands()
    assert provider.asked == []


@pytest.mark.parametrize("answer", [(500, 20500), (429, 20429), (503, 0), (401, 20003), (403, 20003)])
def test_temporary_error_is_retried(people: People, phone: Phone, provider: Provider, answer: tuple[int, int]) -> None:
    claim(people.handler, phone)
    provider.answers = [answer]
    run_commands()
    ((_kind, state, problem),) = commands()
    assert (state, problem) == ("waiting", answer[1] or answer[0])
    assert told(people, "call.command_delayed") == [{"kind": "dial", "problem": problem}]
    run_commands()
    assert len(provider.asked) == 1, "not before its time"
    due_again()
    run_commands()
    assert commands()[0][1] == "done"
    assert leg_of(phone.call).state == "ringing"


def test_command_fails_after_the_last_attempt_and_the_shift_sees_it(
    people: People, phone: Phone, settings: Any
) -> None:
    settings.TELEPHONY = {**TELEPHONY, "api_url": NOWHERE}
    claim(people.handler, phone)
    for seconds in (*RETRY_AFTER, None):
        assert commands() == [("dial", "waiting", 0)]
        before = timezone.now()
        run_commands()
        due_at = by_telephone(Command.objects.get).due_at
        if seconds:
            assert due_at - timezone.now() <= timedelta(seconds=seconds) <= due_at - before
        due_again()
    assert commands() == [("dial", "failed", 0)]
    assert told(people, "call.command_failed") == [{"kind": "dial", "problem": 0}]
    assert len(told(people, "call.command_delayed")) == 1
    assert phone.call.state == "waiting", "offered to the others"
    assert agent_now(people.handler).state == "break"


@pytest.mark.parametrize("status", [400, 405, 410])
def test_refused_command_is_not_retried(people: People, phone: Phone, provider: Provider, status: int) -> None:
    claim(people.handler, phone)
    provider.answers = [(status, 21211)]
    run_commands()
    run_commands()
    assert len(provider.asked) == 1
    assert commands() == [("dial", "failed", 21211)]
    assert told(people, "call.command_failed") == [{"kind": "dial", "problem": 21211}]
    assert (phone.call.state, leg_of(phone.call).reason) == ("waiting", "not rung")
    assert as_user(people.coordinator, Contact.objects.get).handler_id is None


@pytest.mark.parametrize("answer", [(404, 20404), (400, 21220)])
def test_gone_caller_ends_the_call(people: People, phone: Phone, provider: Provider, answer: tuple[int, int]) -> None:
    """The caller hung up, which only the provider's response to the next command shows."""
    desk = picked_up(people.handler, phone)
    by_telephone(lambda: Command.objects.filter(kind="dial").update(state="done"))
    provider.answers = [answer]
    run_commands()
    assert (phone.call.state, phone.call.ending) == ("ended", "abandoned")
    assert agent_now(people.handler).state == "wrap_up"
    assert commands() == [("dial", "done", 0), ("connect", "dropped", answer[1]), ("hang_up", "done", 0)]
    assert provider.asked[-1] == (f"/Calls/{desk.now().sid}.json", {"Status": "completed"})
    assert callbacks(people.coordinator) == []


def test_gone_telephone_settles_the_command(people: People, phone: Phone, provider: Provider) -> None:
    desk = talking(people.handler, phone)
    by_telephone(lambda: Command.objects.update(state="done"))
    phone.hang_up()
    provider.answers = [(404, 20404)]
    run_commands()
    assert desk.now().state == "ended"
    assert commands()[-1] == ("hang_up", "dropped", 20404)


def test_caller_who_cannot_be_connected_waits_again_and_the_handler_is_hung_up(
    people: People, phone: Phone, provider: Provider
) -> None:
    desk = picked_up(people.handler, phone)
    by_telephone(lambda: Command.objects.filter(kind="dial").update(state="done"))
    provider.answers = [(400, 21218)]
    run_commands()
    assert (phone.call.state, agent_now(people.handler).state) == ("waiting", "break")
    assert provider.asked[-1] == (f"/Calls/{desk.now().sid}.json", {"Status": "completed"})
    assert commands()[-1][:2] == ("hang_up", "done")


def test_failed_goodbye_can_be_ordered_again(people: People, phone: Phone, provider: Provider) -> None:
    talking(people.handler, phone)
    by_telephone(lambda: Command.objects.update(state="done"))
    for answers, expected in (([(400, 1)] * 3, ["failed"] * 3), ([(200, 0)], [*["failed"] * 3, "done"])):
        provider.answers = answers
        as_user(people.handler, actions.hang_up, by=people.handler, call_id=phone.call.pk)
        run_commands()
        assert [state for kind, state, _problem in commands() if kind == "goodbye"] == expected


def test_commands_without_an_account_fail_visibly(people: People, phone: Phone, settings: Any) -> None:
    claim(people.handler, phone)
    settings.TELEPHONY = {**TELEPHONY, "token": ""}
    run_commands()
    assert commands() == [("dial", "failed", 0)]
    assert phone.call.state == "waiting"


def test_a_partner_is_rung_into_the_room(people: People, phone: Phone, provider: Provider) -> None:
    talking(people.handler, phone)
    by_telephone(lambda: Command.objects.update(state="done"))
    leg_id, rung = uuid.uuid4(), {"phone": "+498912345", "organisation": None}
    as_user(people.handler, actions.consult, by=people.handler, call_id=phone.call.pk, leg_id=leg_id, **rung)
    run_commands()
    path, form = provider.asked[2]
    assert path == "/Conferences/CF1/Participants.json"
    assert (form["To"], form["From"], form["Label"]) == ("+498912345", LINE, leg_id.hex)
    assert (form["EndConferenceOnExit"], form["Timeout"]) == ("false", "40")


def test_voicemail_is_fetched_encrypted_and_deleted_at_the_provider(
    people: People, phone: Phone, provider: Provider
) -> None:
    phone.leave_queue("queue-full")
    phone.press("")
    phone.record()
    phone.hang_up()
    provider.answers = [(201, 0), (500, 20500), (204, 0)]
    for _ in range(3):
        due_again()
        run_commands()
        due_again()
    recording = f"/Recordings/RE{phone.sid[2:]}"
    assert [path for path, _form in provider.asked] == [f"{recording}.wav", f"{recording}.json", f"{recording}.json"]
    assert by_telephone(lambda: Voicemail.objects.get().sound) == b"RIFF sound"
    assert ordered(phone.call) == []
