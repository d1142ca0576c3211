"""Calling back: the handler's telephone rings, then the person's; once, and only for the handler of the callback."""

from __future__ import annotations

import uuid
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
    press_call,
    room_tells,
    rung,
    states,
    the_call,
    url,
)
from contacts import browser
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from people import People, as_user
from telephone import (
    DESK,
    LINE,
    PUBLIC,
    Desk,
    Phone,
    agent_now,
    busy,
    by_telephone,
    claim,
    go_on_duty,
    leg_of,
    make_line,
    not_picked_up,
    open_offers,
    ordered,
    tell,
    waiting,
)

from foundation.journal.models import Event
from hotline.contacts.endings import plan_ending
from hotline.contacts.models import Callback, Contact
from hotline.contacts.tasks import end_contacts
from hotline.contacts.vocabulary import Kind
from hotline.switchboard.agents import choose_state
from hotline.switchboard.models import Command, Line
from hotline.switchboard.states import AgentState
from hotline.switchboard.tasks import run_commands, run_queue
from hotline.switchboard.telephone_figures import figures_of_today
from hotline.switchboard.wallboard import callers

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(people: People, line: Line) -> Client:
    go_on_duty(people.handler)
    return browser(people.handler)


# --- normal calls ---------------------------------------------------------------------------------------------------


def test_call_rings_the_handler_then_the_person_and_they_talk(
    people: People, client: Client, provider: Provider
) -> None:
    callback = planned(people)
    answer = press_call(client, callback)
    call = the_call()
    assert answer.headers["Location"] == reverse("hotline:desk_contact", args=[call.contact_id])
    assert (call.state, call.claimed_by_id, call.phone) == ("connecting", people.handler.pk, PERSON)
    assert agent_now(people.handler).call_id == call.pk
    run_commands()
    path, form = provider.asked[0]
    assert (path, form["To"], form["From"]) == ("/Calls.json", DESK, LINE)
    leg = leg_of(call)
    desk = Desk(leg=leg, sid=leg.sid or "")
    person = in_room(desk)
    assert desk.heard.find(".//Conference") is not None
    run_commands()
    path, form = provider.asked[1]
    assert (path, form["To"], form["From"]) == ("/Conferences/CF1/Participants.json", PERSON, LINE)
    assert (form["Label"], form["EndConferenceOnExit"], form["Timeout"]) == (call.room, "true", "40")
    assert form["StatusCallback"] == f"{PUBLIC}/telephone/call/{call.pk}/person/"
    assert len(provider.asked) == 2
    person.sid = the_call().sid or ""
    picks_up(person)
    assert the_call().state == "talking"
    person_is(person, "completed", 3)
    call = the_call()
    assert (call.state, call.ending, call.connected_at is not None) == ("ended", "answered", True)
    assert agent_now(people.handler).state == "wrap_up"
    run_commands()
    assert provider.asked[2:] == [(f"/Calls/{leg.sid}.json", {"Status": "completed"})]
    assert states(callback, people) == ("claimed", people.handler.pk)


@pytest.mark.parametrize("state", [AgentState.BREAK, AgentState.OFF, AgentState.READY])
def test_calling_back_is_possible_from_any_chosen_state(people: People, client: Client, state: AgentState) -> None:
    as_user(people.handler, choose_state, by=people.handler, state=state)
    rung(people, client)
    assert agent_now(people.handler).state == "on_call"


def test_calling_back_is_possible_from_wrap_up(people: People, client: Client) -> None:
    first = in_room(rung(people, client))
    picks_up(first)
    person_is(first, "completed", 3)
    rung(people, client)
    assert agent_now(people.handler).state == "on_call"


def test_a_call_that_was_offered_to_the_handler_goes_to_others(people: People, client: Client) -> None:
    go_on_duty(people.colleague, phone="+4991198765439", languages=("de",))
    as_user(people.colleague, choose_state, by=people.colleague, state=AgentState.BREAK)
    phone = waiting()
    assert open_offers(phone.call) == [people.handler.pk]
    as_user(people.colleague, choose_state, by=people.colleague, state=AgentState.READY)
    rung(people, client)
    assert open_offers(phone.call) == [people.colleague.pk]


def test_hold_consult_handover_and_hang_up_work_for_outbound_calls(people: People, client: Client) -> None:
    person = in_room(rung(people, client))
    picks_up(person)
    call = the_call()
    assert client.post(url("hold", call.pk), {"on": "1"}).status_code == 302
    assert the_call().is_held
    leg_id = uuid.uuid4()
    client.post(url("consult", call.pk), {"leg_id": leg_id, "phone": "030 9018200"})
    partner = Desk(leg=leg_of(call, "partner"))
    partner.status("ringing", sequence=1)
    partner.status("in-progress", sequence=2)
    room_tells(person, "participant-join", sequence=3, label=partner.leg.label, sid=partner.sid)
    answer = client.post(url("hand_over", call.pk))
    assert answer.headers["Location"] == reverse("hotline:desk_contact", args=[call.contact_id])
    assert {"hold", "add", "resume", "hang_up"} <= set(ordered(call))
    client.post(url("hang_up", call.pk))
    assert "goodbye" in ordered(call)


def test_line_in_the_persons_language_is_used(people: People, client: Client, provider: Provider) -> None:
    make_line(people.centre, number="+4991112345679", languages=["tr"], skill="exit")
    make_line(people.centre, number="+4991112345677", languages=["tr"])
    make_line(people.centre, number="+4991112345676", languages=["tr"], is_active=False)
    press_call(client, planned(people, language="tr"))
    line = the_call().line_id
    assert by_telephone(lambda: str(Line.objects.get(pk=line).number)) == "+4991112345677"


# --- repeated, stale, without permission, invalid -------------------------------------------------------------------


def test_calling_back_twice_rings_once(people: People, client: Client) -> None:
    callback = planned(people)
    first = press_call(client, callback)
    assert press_call(client, callback).headers["Location"] == first.headers["Location"]
    assert calls_out() == 1
    person_is(in_room(Desk(leg=leg_of(the_call()))), "busy", 2)
    press_call(client, callback)
    assert calls_out() == 1, "a page that was left open does not ring the person again"


def test_repeated_post_of_calling_again_rings_once(people: People, client: Client) -> None:
    callback = planned(people)
    not_picked_up(rung(people, client, callback))
    form = {"call": str(uuid.uuid4())}
    contact = the_call().contact_id
    for _ in range(2):
        client.post(url("call_again", contact), form)
        assert calls_out() == 2
    busy(Desk(leg=leg_of(the_call())))
    client.post(url("call_again", contact), form)
    assert calls_out() == 2
    client.post(url("call_again", contact), {"call": str(uuid.uuid4())})
    client.post(url("call_again", contact), {"call": str(uuid.uuid4())})
    assert calls_out() == 3, "one at a time"


@pytest.mark.parametrize("form", [{}, {"call": ""}, {"call": "x"}, {"call": "9" * 5000}])
def test_calling_again_without_an_id_is_refused(people: People, client: Client, form: dict[str, str]) -> None:
    not_picked_up(rung(people, client))
    assert client.post(url("call_again", the_call().contact_id), form).status_code == 400
    assert calls_out() == 1


def test_id_of_a_foreign_call_is_refused(people: People, client: Client) -> None:
    not_picked_up(rung(people, client))
    taken, contact = waiting("+493411234568"), the_call().contact_id
    taken.hang_up()  # the shift may not read it any more
    assert client.post(url("call_again", contact), {"call": str(taken.call.pk)}).status_code == 409
    assert (calls_out(), agent_now(people.handler).state) == (1, "wrap_up")


def test_stale_page_names_the_colleague_who_claimed_the_callback(people: People, client: Client) -> None:
    callback = planned(people)
    go_on_duty(people.colleague, phone="+4991198765439")
    rung(people, browser(people.colleague), callback)
    assert press_call(client, callback).status_code == 409
    assert (calls_out(), agent_now(people.handler).state) == (1, "ready")


def test_callback_that_was_put_back_cannot_be_rung_from_its_old_contact(people: People, client: Client) -> None:
    callback = planned(people)
    not_picked_up(rung(people, client, callback))
    contact = the_call().contact_id
    client.post(url("put_back", callback.pk), {"due_at": "2026-12-24 10:00"})
    assert states(callback, people)[0] == "open"
    assert client.post(url("call_again", contact), {"call": str(uuid.uuid4())}).status_code == 409
    assert calls_out() == 1


@pytest.mark.parametrize("who", ["other_handler", "other_coordinator", "worker", "funder", "dpo", "administrator"])
def test_others_find_nothing(people: People, client: Client, who: str) -> None:
    callback = planned(people)
    stranger = browser(getattr(people, who))
    assert press_call(stranger, callback).status_code in (403, 404)
    assert stranger.get(url("part_callback", callback.pk)).status_code == 404
    rung(people, client, callback)
    form = {"call": str(uuid.uuid4())}
    assert stranger.post(url("call_again", the_call().contact_id), form).status_code == 404
    assert calls_out() == 1


def test_colleague_cannot_ring_a_claimed_callback(people: People, client: Client) -> None:
    callback = planned(people)
    not_picked_up(rung(people, client, callback))
    colleague = browser(people.colleague)
    assert "call_again" not in part(colleague, callback)
    assert url("call_again", the_call().contact_id) not in part(colleague, callback)
    assert colleague.post(url("call_again", the_call().contact_id), {"call": str(uuid.uuid4())}).status_code == 404


def test_database_refuses_calls_in_the_name_of_others(people: People, client: Client) -> None:
    """The policy: the telephone service inserts incoming calls, a handler only the handler's own outbound calls."""
    from django.db import ProgrammingError, transaction

    rung(people, client)
    row = the_call()
    for values in ({"direction": "inbound", "sid": "CA1"}, {"claimed_by": people.colleague}):
        row.pk, row.sid = uuid.uuid4(), None
        for name, value in values.items():
            setattr(row, name, value)

        def begin() -> None:
            with transaction.atomic():
                row.save(force_insert=True)

        with pytest.raises(ProgrammingError, match="row-level security"):
            as_user(people.handler, begin)


@pytest.mark.parametrize("kind", ["person", "unreached"])
def test_forged_status_webhooks_are_refused(people: People, client: Client, kind: str) -> None:
    desk = rung(people, client)
    path = (
        f"/telephone/call/{the_call().pk}/person/" if kind == "person" else f"/telephone/leg/{desk.leg.pk}/unreached/"
    )
    assert tell(path, {"CallSid": "CA1", "CallStatus": "busy"}, token="another").status_code == 403
    assert the_call().state == "connecting"


@pytest.mark.parametrize("status", ["", "asleep", "9" * 400, "queued"])
def test_invalid_statuses_change_nothing(people: People, client: Client, status: str) -> None:
    person = in_room(rung(people, client))
    person_is(person, status)
    assert the_call().state == "connecting"


def test_person_status_for_an_incoming_call_changes_nothing(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    phone.step("person", CallStatus="completed")
    assert phone.call.state == "waiting"


# --- no call is made ------------------------------------------------------------------------------------------------


def hindered(client: Client, callback: Callback) -> str:
    answer = client.post(url("call_back", callback.pk), follow=True)
    assert answer.status_code == 200
    assert calls_out() == 0
    return answer.content.decode()


def test_callback_without_a_provider_opens_the_contact_without_ringing(
    people: People, client: Client, settings: Any
) -> None:
    settings.TELEPHONY = {**settings.TELEPHONY, "token": ""}
    callback = planned(people)
    shown = hindered(client, callback)
    assert "dial the number by hand" in shown
    assert "+49 341 1234567" in shown
    assert states(callback, people) == ("claimed", people.handler.pk)


def test_without_a_line_too(people: People, connected: None) -> None:
    assert "dial the number by hand" in hindered(browser(people.handler), planned(people))


def test_whoever_has_no_telephone_is_told_where_to_enter_it(people: People, line: Line) -> None:
    assert "My telephone" in hindered(browser(people.handler), planned(people))


def test_callback_to_our_own_line_is_not_rung(people: People, client: Client) -> None:
    assert "one of our own lines" in hindered(client, planned(people, LINE))


def test_handler_in_a_call_cannot_call_back(people: People, client: Client) -> None:
    claim(people.handler, waiting())
    assert "You are in a call" in hindered(client, planned(people))


def test_calling_back_works_with_a_browser_phone(people: People, line: Line) -> None:
    go_on_duty(people.handler, phone="", is_browser=True)
    client = browser(people.handler)
    press_call(client, planned(people))
    phone = Phone(f"client:user_{people.handler.pk}", to="")
    assert phone.ring().find(".//Conference") is not None
    leg = leg_of(the_call())
    person = Phone(PERSON)
    room_tells(person, "participant-join", sequence=1, label=leg.label, sid=phone.sid)
    assert ordered(the_call()) == ["ring"]


# --- after the call ---------------------------------------------------------------------------------------------------


def test_putting_back_hangs_up_a_voicemail_box(people: People, client: Client) -> None:
    callback = planned(people)
    picks_up(in_room(rung(people, client, callback)))
    call = the_call()
    assert client.post(url("put_back", callback.pk), {"due_at": ""}).status_code == 422
    assert "goodbye" not in ordered(call)
    assert client.post(url("put_back", callback.pk), {"due_at": "2026-12-24 10:00"}).status_code == 302
    assert "goodbye" in ordered(call)
    assert states(callback, people) == ("open", None)


def test_next_attempt_creates_a_new_contact_and_call(people: People, client: Client) -> None:
    callback = planned(people)
    person_is(in_room(rung(people, client, callback)), "no-answer", 2)
    first = the_call()
    client.post(url("put_back", callback.pk), {"due_at": "2026-12-24 10:00"})
    picks_up(in_room(rung(people, client, callback)))
    assert the_call().contact_id != first.contact_id
    kind = as_user(people.handler, lambda: Contact.objects.get(pk=first.contact_id).kind)
    assert kind == "no_answer"


def test_figures_do_not_count_outbound_calls(people: People, client: Client) -> None:
    def figures() -> Any:
        return as_user(people.coordinator, figures_of_today, centre=people.centre, now=timezone.now())

    picks_up(in_room(rung(people, client)))
    now = figures()
    assert (now["whole_day"].calls, now["whole_day"].answered, now["hours"], now["languages"]) == (0, 0, [], [])
    shift = as_user(people.coordinator, callers, centre=people.centre, now=timezone.now())
    assert (shift["talking"], shift["waiting"], shift["hung_up"]) == (1, 0, 0)
    client.post(url("hang_up", the_call().pk))
    person_is(Phone(PERSON, sid=the_call().sid or ""), "completed", 3)
    assert figures()["whole_day"].calls == 0


def test_events_of_an_outbound_call_are_not_those_of_an_incoming_one(people: People, client: Client) -> None:
    picks_up(in_room(rung(people, client)))
    person_is(Phone(PERSON, sid=the_call().sid or ""), "completed", 3)
    told = Event.objects.filter(subject=the_call().pk)
    kinds = as_user(people.coordinator, lambda: set(told.values_list("kind", flat=True)))
    assert {"call.calling_back", "call.person_rung", "call.talking", "call.ended"} <= kinds
    assert not kinds & {"call.arrived", "call.waiting", "call.offered", "call.connecting"}


def test_queue_and_sweep_ignore_outbound_calls(people: People, client: Client) -> None:
    rung(people, client)
    go_on_duty(people.colleague, phone="+4991198765439")
    run_queue()
    call = the_call()
    assert (call.state, open_offers(call)) == ("connecting", [])


@pytest.mark.parametrize("when", ["the desk rings", "the person rings"])
def test_ending_without_counselling_stops_the_ringing(
    people: People, line: Line, provider: Provider, when: str
) -> None:
    go_on_duty(people.handler)
    client = browser(people.handler)
    desk = rung(people, client)
    if when == "the person rings":
        person = in_room(desk)
        run_commands()
        person_is(person, "ringing", 1)
    contact = the_call().contact_id
    as_user(people.handler, plan_ending, by=people.handler, contact_id=contact, kind=Kind.WRONG_NUMBER)
    as_user(people.handler, lambda: Contact.objects.filter(pk=contact).update(ends_at=timezone.now()))
    end_contacts()
    run_queue()
    call = the_call()
    assert (call.state, call.ending, call.why_unreached) == ("ended", "unreached", "given_up")
    assert "goodbye" not in ordered(call)
    hung_up = by_telephone(lambda: set(Command.objects.filter(kind="hang_up").values_list("leg", "sid")))
    assert (desk.leg.pk, "") in hung_up
    assert ((None, call.sid) in hung_up) == (when == "the person rings")
