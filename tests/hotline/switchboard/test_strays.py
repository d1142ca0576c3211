"""A leg is identified by its sid: a second telephone of it changes nothing and is hung up, and requests ring once."""

from __future__ import annotations

from typing import Any

import pytest
from answering import Provider
from django.utils import timezone
from people import People, as_user
from telephone import (
    DESK,
    Desk,
    Phone,
    agent_now,
    by_telephone,
    claim,
    go_on_duty,
    leg_of,
    ordered,
    settle,
    talking,
    waiting,
)

from hotline.switchboard import actions
from hotline.switchboard.models import Command, Line
from hotline.switchboard.tasks import run_commands

pytestmark = pytest.mark.django_db
SECOND = "CA" + "9" * 32
LOST = (500, 20500)


@pytest.fixture
def phone(people: People, line: Line, provider: Provider) -> Phone:
    go_on_duty(people.handler)
    return waiting()


def again() -> None:
    by_telephone(lambda: Command.objects.filter(state="waiting").update(due_at=timezone.now(), claimed_until=None))
    run_commands()


def rung(provider: Provider) -> int:
    """Number of telephones that the provider was asked to ring."""
    return sum("To" in form for _path, form in provider.asked)


def stray(desk: Desk) -> Desk:
    return Desk(leg=desk.leg, sid=SECOND)


def hung_up(provider: Provider, sid: str) -> int:
    return provider.asked.count((f"/Calls/{sid}.json", {"Status": "completed"}))


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled", "completed"])
def test_end_of_a_second_telephone_ends_no_conversation(people: People, phone: Phone, status: str) -> None:
    desk = talking(people.handler, phone)
    settle()
    stray(desk).hang_up(status)
    assert (phone.call.state, desk.now().state, desk.now().sid) == ("talking", "in_room", desk.sid)
    assert ordered(phone.call) == []


@pytest.mark.parametrize("status", ["ringing", "in-progress"])
def test_second_telephone_still_connected_is_hung_up_once(
    people: People, phone: Phone, provider: Provider, status: str
) -> None:
    desk = talking(people.handler, phone)
    settle()
    for sequence in (1, 2, 3):
        stray(desk).status(status, sequence=sequence)
    run_commands()
    assert hung_up(provider, SECOND) == 1
    assert (phone.call.state, desk.now().state) == ("talking", "in_room")


@pytest.mark.parametrize("state", ["ringing", "talking", "ended"])
def test_second_telephone_that_answers_is_hung_up(people: People, phone: Phone, state: str) -> None:
    if state == "ringing":
        desk = Desk(leg=leg_of(claim(people.handler, phone)))
        desk.status("ringing", sequence=1)
    else:
        desk = talking(people.handler, phone)
    if state == "ended":
        phone.hang_up()
    before = (phone.call.state, desk.now().state)
    second = stray(desk)
    assert [verb.tag for verb in second.says(f"/telephone/leg/{desk.leg.pk}/answer/")] == ["Hangup"]
    document = second.says(f"/telephone/leg/{desk.leg.pk}/accept/", Digits="1")
    assert document.find(".//Conference") is None
    assert [verb.tag for verb in second.says(f"/telephone/leg/{desk.leg.pk}/after/")] == ["Hangup"]
    assert (phone.call.state, desk.now().state) == before


@pytest.mark.parametrize("event", ["participant-join", "participant-leave"])
def test_second_telephone_in_the_room_changes_nothing(people: People, phone: Phone, event: str) -> None:
    desk = talking(people.handler, phone)
    settle()
    phone.in_room(event, sequence=9, label=desk.leg.label, sid=SECOND)
    assert (phone.call.state, desk.now().state) == ("talking", "in_room")
    assert ordered(phone.call) == (["hang_up"] if event == "participant-join" else [])


@pytest.mark.parametrize("event", ["participant-leave", "participant-hold"])
def test_other_telephone_with_the_callers_label_is_not_the_caller(people: People, phone: Phone, event: str) -> None:
    talking(people.handler, phone)
    phone.in_room(event, sequence=9, label=phone.call.room, sid=SECOND)
    assert not phone.call.is_held
    assert phone.call.ask_at is None


def test_ring_accepted_with_a_500_response_is_not_repeated(people: People, phone: Phone, provider: Provider) -> None:
    leg = leg_of(claim(people.handler, phone))
    provider.answers = [LOST]
    run_commands()
    provider.calls = [(SECOND, "ringing")]
    again()
    assert rung(provider) == 1
    assert (leg_of(phone.call).sid, leg_of(phone.call).state) == (SECOND, "ringing")
    assert by_telephone(lambda: Command.objects.get(leg=leg).state) == "done"


def test_ring_unknown_to_the_provider_is_repeated(people: People, phone: Phone, provider: Provider) -> None:
    claim(people.handler, phone)
    provider.answers = [LOST]
    run_commands()
    again()
    asked = [path.partition("?")[0] for path, _form in provider.asked]
    assert asked == ["/Calls.json", "/Calls.json", "/Calls.json"]
    assert DESK.removeprefix("+") in provider.asked[1][0]
    assert rung(provider) == 2
    assert leg_of(phone.call).state == "ringing"


def test_ring_is_not_repeated_while_the_provider_cannot_be_asked(
    people: People, phone: Phone, provider: Provider
) -> None:
    claim(people.handler, phone)
    provider.answers = [LOST] * 4
    run_commands()
    for _ in range(3):
        again()
    assert rung(provider) == 1
    again()
    assert rung(provider) == 2


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled", "completed"])
def test_ring_that_ended_meanwhile_is_not_repeated(
    people: People, phone: Phone, provider: Provider, status: str
) -> None:
    claim(people.handler, phone)
    provider.answers = [LOST]
    run_commands()
    provider.calls = [(SECOND, status)]
    again()
    assert rung(provider) == 1
    assert (phone.call.state, agent_now(people.handler).state) == ("waiting", "break")


def test_one_of_two_found_telephones_is_kept_and_the_other_hung_up(
    people: People, phone: Phone, provider: Provider
) -> None:
    claim(people.handler, phone)
    provider.answers = [LOST]
    run_commands()
    provider.calls = [("CA" + "8" * 32, "ringing"), (SECOND, "in-progress"), ("CA" + "7" * 32, "busy")]
    again()
    own = leg_of(phone.call).sid
    assert own in (SECOND, "CA" + "8" * 32)
    run_commands()
    assert [hung_up(provider, sid) for sid in (SECOND, "CA" + "8" * 32, "CA" + "7" * 32) if sid != own] == [1, 0]


def test_sid_in_a_late_response_is_hung_up_if_a_webhook_set_another(
    people: People, phone: Phone, provider: Provider
) -> None:
    """Two telephones ring: the webhook of one sets the leg's sid, the response to our request has the other's."""
    desk = Desk(leg=leg_of(claim(people.handler, phone)), sid=SECOND)
    command = by_telephone(Command.objects.get)
    desk.status("ringing", sequence=1)
    from telephone import as_service

    from hotline.switchboard.command_execution import done

    by_telephone(lambda: Command.objects.update(attempts=1))
    as_service(done, command=command, answer="CA" + "5" * 32)
    run_commands()
    assert desk.now().sid == SECOND
    assert hung_up(provider, "CA" + "5" * 32) == 1


def test_telephone_of_a_released_claim_is_hung_up(people: People, phone: Phone, provider: Provider) -> None:
    """The caller hung up while the request was running; its outcome is looked up, and the telephone is hung up."""
    claim(people.handler, phone)
    provider.answers = [LOST]
    run_commands()
    phone.hang_up()
    provider.calls = [(SECOND, "ringing")]
    again()
    again()
    assert rung(provider) == 1
    assert hung_up(provider, SECOND) >= 1


def consulted(people: People, phone: Phone, provider: Provider) -> Any:
    import uuid

    desk = talking(people.handler, phone)
    settle()
    values: dict[str, Any] = {"leg_id": uuid.uuid4(), "phone": "+498999999999", "organisation": None}
    as_user(people.handler, actions.consult, by=people.handler, call_id=phone.call.pk, **values)
    provider.answers = [(200, 0), (200, 0), LOST]
    run_commands()
    return desk, leg_of(phone.call, "partner")


def test_partner_found_in_the_room_is_not_rung_again(people: People, phone: Phone, provider: Provider) -> None:
    _desk, partner = consulted(people, phone, provider)
    provider.in_room = {partner.label: (SECOND, "connected")}
    again()
    assert rung(provider) == 1
    assert (leg_of(phone.call, "partner").sid, leg_of(phone.call, "partner").state) == (SECOND, "answered")


def test_partner_unknown_to_the_provider_is_rung_again(people: People, phone: Phone, provider: Provider) -> None:
    consulted(people, phone, provider)
    again()
    assert rung(provider) == 2
    assert leg_of(phone.call, "partner").state == "ringing"


def test_caller_already_in_the_room_is_not_redirected_again(people: People, phone: Phone, provider: Provider) -> None:
    """Accepted, but answered with 500: a second redirect would remove the caller and end the room for both."""
    from telephone import picked_up

    picked_up(people.handler, phone)
    by_telephone(lambda: Command.objects.filter(kind="dial").update(state="done", ended_at=timezone.now()))
    provider.answers = [LOST]
    run_commands()
    phone.step("room")
    again()
    assert len(provider.asked) == 1
