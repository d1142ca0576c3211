"""Every call ends exactly once, and nobody stays connected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from people import People, as_user, new_id
from telephone import (
    CALLER,
    Desk,
    Phone,
    agent_now,
    as_service,
    by_telephone,
    callbacks,
    claim,
    go_on_duty,
    leg_of,
    make_line,
    open_offers,
    ordered,
    picked_up,
    talking,
    waiting,
)
from web import browser

from foundation.accounts.models import User
from foundation.accounts.push_groups import user_group
from foundation.accounts.services import Service, service_user
from foundation.journal.models import Event
from foundation.privacy.actions import new_data_key
from foundation.privacy.context import acting_as
from hotline.contacts.callbacks import callback_from_call, claim_callback
from hotline.contacts.models import Callback, Contact
from hotline.contacts.vocabulary import CallbackOrigin
from hotline.switchboard.actions import hang_up
from hotline.switchboard.agents import choose_state
from hotline.switchboard.dispatch import offer_calls
from hotline.switchboard.models import Agent, Call, Leg, Line, Offer
from hotline.switchboard.states import AgentState
from hotline.switchboard.waiting import hung_up_today

pytestmark = pytest.mark.django_db

SUNDAY = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Europe/Berlin"))


def in_menu(_people: People, phone: Phone) -> None:
    phone.ring()


def in_queue(_people: People, phone: Phone) -> None:
    phone.into_queue()


def claimed(people: People, phone: Phone) -> None:
    phone.into_queue()
    claim(people.handler, phone)


def ringing(people: People, phone: Phone) -> None:
    claimed(people, phone)
    Desk(leg=leg_of(phone.call)).status("ringing", sequence=1)


def joined(people: People, phone: Phone) -> None:
    phone.into_queue()
    picked_up(people.handler, phone)


def in_conversation(people: People, phone: Phone) -> None:
    phone.into_queue()
    talking(people.handler, phone)


def asked_for_callback(_people: People, phone: Phone) -> None:
    phone.into_queue()
    phone.press("1")


def asked_to_leave_a_message(_people: People, phone: Phone) -> None:
    phone.into_queue()
    phone.leave_queue("queue-full")


def left_a_message(_people: People, phone: Phone) -> None:
    asked_to_leave_a_message(_people, phone)
    phone.press("")
    phone.record()


#: The step of the call, its ending, and the callback. Callers who hung up without asking for one get none.
STEPS: dict[Callable[[People, Phone], None], tuple[str, list[str]]] = {
    in_menu: ("left_menu", []),
    in_queue: ("abandoned", []),
    claimed: ("abandoned", []),
    ringing: ("abandoned", []),
    joined: ("abandoned", []),
    in_conversation: ("answered", []),
    asked_for_callback: ("callback", ["asked"]),
    asked_to_leave_a_message: ("abandoned", []),
    left_a_message: ("voicemail", ["voicemail"]),
}
ENDS = ["completed", "busy", "failed", "no-answer", "canceled"]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_hang_up_at_each_step_ends_the_call_once_and_all_legs(
    people: People, line: Line, step: Callable[[People, Phone], None]
) -> None:
    go_on_duty(people.handler)
    go_on_duty(people.colleague)
    phone = Phone()
    step(people, phone)
    phone.hang_up()
    phone.hang_up("failed")
    phone.step("after")
    phone.leave_queue("hangup")
    call = phone.call
    ending, origins = STEPS[step]
    assert (call.state, call.ending, call.is_held) == ("ended", ending, False)
    ends = Event.objects.filter(subject=call.pk, kind="call.ended")
    assert by_telephone(ends.count) == 1
    assert [origin for _state, origin, _phone in callbacks(people.coordinator)] == origins
    assert by_telephone(lambda: Offer.objects.filter(state="open").count()) == 0
    for leg in by_telephone(lambda: list(Leg.objects.live().filter(call=call))):
        assert by_telephone(lambda leg=leg: leg.commands.filter(kind="hang_up").exists())
    is_in_call = step in (claimed, ringing, joined, in_conversation)
    assert agent_now(people.handler).state == ("wrap_up" if is_in_call else "ready")
    assert agent_now(people.colleague).state == "ready"


@pytest.mark.parametrize("status", ENDS)
def test_every_final_status_ends_the_call(line: Line, status: str) -> None:
    phone = waiting()
    phone.hang_up(status)
    assert phone.call.ending == "abandoned"


@pytest.mark.parametrize("status", ["queued", "ringing", "in-progress", "", "unheard-of"])
def test_no_other_status_ends_the_call(line: Line, status: str) -> None:
    phone = waiting()
    phone.hang_up(status)
    assert phone.call.state == "waiting"


def test_offer_is_withdrawn_when_the_caller_hangs_up(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    go_on_duty(people.colleague)
    phone = waiting()
    assert open_offers(phone.call) == sorted([people.handler.pk, people.colleague.pk])
    phone.hang_up()
    assert open_offers(phone.call) == []


def take_a_break(handler: User, centre: int) -> None:
    as_user(handler, choose_state, by=handler, state=AgentState.BREAK)


def change_state_elsewhere(handler: User, centre: int) -> None:
    """Another process has changed the handler's state without looking at the offer."""
    by_telephone(Agent.objects.filter(user=handler).update, state=AgentState.BREAK)
    as_service(offer_calls, centre=centre)


@pytest.mark.parametrize("leave", [take_a_break, change_state_elsewhere])
def test_offer_of_a_handler_who_leaves_is_withdrawn_once_with_an_event(
    leave: Callable[[User, int], None], people: People, line: Line
) -> None:
    go_on_duty(people.handler)
    call = waiting().call
    for _time in range(2):
        leave(people.handler, people.centre.pk)
    assert open_offers(call) == []
    with acting_as(people.coordinator, purpose="test"):
        event = Event.objects.get(kind="call.offers_withdrawn", subject=call.pk)
    assert (event.data, event.tell) == ({"handlers": [people.handler.pk]}, [user_group(people.handler.pk)])


def test_hang_up_out_of_hours_creates_no_callback(people: People) -> None:
    make_line(people.centre, is_round_the_clock=False)
    with time_machine.travel(SUNDAY):
        phone = Phone()
        phone.ring()
        phone.hang_up()
    assert phone.call.ending == "closed"
    assert callbacks(people.coordinator) == []


def test_callers_who_hang_up_repeatedly_get_no_callback(people: People, line: Line) -> None:
    for number in (CALLER, CALLER, "anonymous", "+4934199999999", CALLER):
        waiting(number).hang_up()
    assert callbacks(people.coordinator) == []


def test_requested_callback_is_kept_despite_other_hang_ups_of_the_number(people: People, line: Line) -> None:
    waiting().hang_up()
    phone = waiting()
    phone.press("1")
    phone.hang_up()
    waiting().hang_up()
    assert callbacks(people.coordinator) == [("open", "asked", CALLER)]


def test_shift_sees_the_number_of_hang_ups_but_not_the_callers(people: People, line: Line) -> None:
    for number in (CALLER, "+4934199999999", "anonymous"):
        waiting(number).hang_up()
    address = reverse("switchboard:part_hung_up")
    for who in (people.handler, people.coordinator):
        shown = browser(who).get(address).content.decode()
        assert "3 callers hung up while waiting today." in shown
        assert "<form" not in shown
        assert all(part not in shown for part in ("href", "tel:", CALLER, "34199999999"))
    assert "hung up while" not in browser(people.other_handler).get(address).content.decode()
    assert browser(people.dpo).get(address).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert "hung up while" not in browser(people.handler).get(address).content.decode()


@pytest.mark.parametrize("who", ["worker", "funder", "dpo", "administrator", "other_handler"])
def test_hang_ups_can_be_counted_only_by_the_shift(people: People, line: Line, who: str) -> None:
    waiting().hang_up()
    assert as_user(getattr(people, who), hung_up_today, centre=people.centre, now=timezone.now()) == 0


def suggest(people: People) -> Callback:
    """A callback that nobody asked for, as they were created until November 2026."""
    service = service_user(Service.TELEPHONE)
    with acting_as(service, purpose="test"):
        return callback_from_call(
            by=service,
            centre=people.centre,
            data_key=new_data_key(),
            phone=CALLER,
            language="de",
            origin=CallbackOrigin.MISSED,
            due_at=timezone.now() - timedelta(hours=1),
        )


def test_old_unrequested_callback_is_not_listed_and_ends_after_no_answer(people: People, line: Line) -> None:
    in_hand = suggest(people)
    contact = as_user(people.handler, claim_callback, by=people.handler, callback_id=in_hand.pk, contact_id=new_id())
    suggest(people)
    client = browser(people.handler)
    assert [row.pk for row in client.get(reverse("hotline:callbacks")).context["callbacks"]] == [in_hand.pk]
    assert client.get(reverse("hotline:part_callbacks")).context["worklist"].rows == []
    assert client.get(reverse("hotline:part_today")).context["today"].callbacks == 0
    later = {"due_at": (timezone.localtime() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")}
    assert client.post(reverse("hotline:put_back", args=[in_hand.pk]), later).status_code == 302
    assert as_user(people.handler, Callback.objects.get, pk=in_hand.pk).state == "cancelled"
    assert as_user(people.handler, Contact.objects.get, pk=contact.pk).kind == "no_answer"


def test_caller_who_was_cut_off_and_rings_again_is_first(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    desk = talking(people.handler, phone)
    desk.hang_up()
    phone.hang_up()
    other = waiting("+4934199999999")
    again = waiting()
    assert (again.call.is_urgent, other.call.is_urgent) == (True, False)
    assert by_telephone(lambda: [call.pk for call in Call.objects.waiting()]) == [again.call.pk, other.call.pk]
    again.hang_up()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert not waiting().call.is_urgent


def test_caller_who_hung_up_does_not_count_as_cut_off_if_reported_last(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    desk = talking(people.handler, phone)
    phone.in_room("participant-leave", sequence=5)
    phone.in_room("participant-leave", sequence=6, label=desk.leg.label)
    desk.hang_up()
    phone.hang_up()
    assert not waiting().call.is_urgent


def test_call_ended_at_the_desk_does_not_count_as_cut_off(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    desk = talking(people.handler, phone)
    as_user(people.handler, hang_up, by=people.handler, call_id=phone.call.pk)
    phone.hang_up()
    desk.hang_up()
    assert not waiting().call.is_urgent


# --- voicemail --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "events",
    [
        ["recorded", "recording", "end"],
        ["recording", "recorded", "end"],
        ["recorded", "end", "recording"],
        ["recording", "end", "recorded"],
        ["end", "recorded", "recording"],
        ["end", "recording", "recorded"],
        ["end", "recording"],
        ["recorded", "end"],
    ],
    ids="-".join,
)
@pytest.mark.parametrize("number", [CALLER, "anonymous"])
@pytest.mark.parametrize("is_closed", [True, False])
def test_voicemail_is_stored_once_for_any_order_of_events(
    people: People, events: list[str], number: str, is_closed: bool
) -> None:
    make_line(people.centre, is_round_the_clock=not is_closed)
    with time_machine.travel(SUNDAY):
        phone = Phone(number)
        if is_closed:
            phone.ring()
        else:
            phone.into_queue()
            phone.leave_queue("queue-full")
        phone.press("")
        for event in events:
            phone.hang_up() if event == "end" else phone.record(event)
    call = phone.call
    assert (call.state, call.ending) == ("ended", "voicemail")
    assert by_telephone(lambda: call.voicemail.seconds) == 12
    assert ordered(call) == ["fetch"]
    shown = number if number == CALLER else ""
    assert [row for row in callbacks(people.coordinator) if row[0] == "open"] == [("open", "voicemail", shown)]


@pytest.mark.parametrize("seconds", ["0", "1", "-5", "", "x", "²", "999999"])
def test_silent_recording_is_not_stored_as_a_voicemail(people: People, line: Line, seconds: str) -> None:
    phone = waiting()
    phone.leave_queue("queue-full")
    phone.press("")
    phone.step("recorded", RecordingSid="RE1", RecordingDuration=seconds)
    phone.step("recording", RecordingSid="RE1", RecordingDuration=seconds, RecordingStatus="completed")
    phone.hang_up()
    assert phone.call.ending == "abandoned"
    assert "fetch" not in ordered(phone.call)


def test_failed_recording_is_not_stored(people: People, line: Line) -> None:
    phone = waiting()
    phone.leave_queue("queue-full")
    phone.step("recording", RecordingSid="RE1", RecordingDuration="9", RecordingStatus="failed")
    phone.hang_up()
    assert phone.call.ending == "abandoned"
