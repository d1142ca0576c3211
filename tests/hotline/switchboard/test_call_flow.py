"""The flow of a call from the first ring to the queue and out of it, by the provider's webhooks."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from people import People, as_user
from telephone import (
    CALLER,
    LINE,
    Phone,
    as_service,
    by_telephone,
    callbacks,
    claim,
    go_on_duty,
    leg_of,
    make_line,
    ordered,
    spoken,
    talking,
    tell,
    waiting,
)

from foundation.accounts.permissions import NotAllowed
from hotline.contacts.models import Callback
from hotline.switchboard.actions import raise_urgency
from hotline.switchboard.models import Call, Line, WebhookEvent
from hotline.switchboard.sweep import release_claims

pytestmark = pytest.mark.django_db

WITHHELD = [
    "anonymous", "Anonymous", "restricted", "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "",
]  # fmt: skip
SUNDAY = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Europe/Berlin"))
MONDAY_AT_NINE = datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Europe/Berlin"))


def test_a_call_is_answered(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = Phone()
    assert "drücken Sie die 1" in spoken(phone.ring())
    assert "112" in spoken(phone.press("1")).replace(" ", "")
    assert phone.call.state == "menu"
    phone.wait()
    assert phone.call.state == "waiting"
    call = claim(people.handler, phone)
    assert ordered(call) == ["dial"]
    desk = Phone(to="+4991198765432")
    desk.says(f"/telephone/leg/{leg_of(call).pk}/answer/")
    room = desk.press("1").find(".//Conference")
    assert room is not None
    assert room.text == call.room
    assert ordered(call) == ["dial", "connect"]
    phone.step("room")
    assert phone.call.state == "connecting", "nobody has told yet that both are there"
    phone.in_room("participant-join", sequence=1, label=leg_of(call).label)
    assert phone.call.state == "connecting"
    phone.in_room("participant-join", sequence=2)
    assert phone.call.state == "talking"
    phone.hang_up()
    ended = phone.call
    assert (ended.state, ended.ending) == ("ended", "answered")
    assert ended.contact_id not in (None, ended.pk)


@pytest.mark.parametrize("key", ["", "0", "3", "9", "12", "*", "x", "１"])
def test_no_or_a_wrong_key_repeats_the_menu_once_then_uses_the_first_language(line: Line, key: str) -> None:
    phone = Phone()
    first = spoken(phone.ring())
    assert spoken(phone.press(key)) == first
    assert "112" in spoken(phone.press(key)).replace(" ", "")
    assert phone.heard.find("Enqueue") is not None
    assert phone.call.language == "de"


@pytest.mark.parametrize(("key", "language", "voice"), [("1", "de", "de-DE"), ("2", "en", "en-GB")])
def test_key_sets_the_language_of_all_later_prompts(line: Line, key: str, language: str, voice: str) -> None:
    phone = Phone()
    phone.ring()
    phone.press(key)
    assert phone.call.language == language
    heard = [phone.heard, phone.wait(), phone.press("1"), phone.leave_queue("leave")]
    assert {say.get("language") for document in heard for say in document.iter("Say")} == {voice}


def test_a_line_with_one_language_has_no_menu(people: People) -> None:
    make_line(people.centre, languages=["fr"])
    phone = Phone()
    phone.ring()
    assert phone.heard.find("Gather") is None
    assert phone.heard.find("Enqueue") is not None
    assert {say.get("language") for say in phone.heard.iter("Say")} == {"fr-FR"}
    assert phone.call.language == "fr"


def test_a_language_without_a_catalogue_hears_english(people: People) -> None:
    make_line(people.centre, languages=["tr"])
    phone = Phone()
    assert "If somebody is in immediate danger" in spoken(phone.ring())
    assert phone.call.language == "tr"


def test_menu_includes_languages_without_a_voice(people: People) -> None:
    make_line(people.centre, languages=["de", "fa"])
    said = spoken(Phone().ring())
    assert "Persian" in said
    assert "For English" not in said


@pytest.mark.parametrize("languages", [["de"], ["de", "en"], [], ["ar", "tr", "fr"]])
def test_notices_come_before_the_queue(people: People, languages: list[str]) -> None:
    make_line(people.centre, languages=languages)
    phone = Phone()
    phone.ring()
    while phone.heard.find("Gather") is not None:
        assert phone.heard.find(".//Enqueue") is None
        phone.press("")
    *said, last = list(phone.heard)
    assert [verb.tag for verb in said] == ["Say", "Say"]
    assert "112" in (said[0].text or "").replace(" ", "")
    assert last.tag == "Enqueue"


@pytest.fixture
def english(people: People) -> Line:
    return make_line(people.centre, languages=["en"])


def test_position_counts_only_callers_for_the_same_handlers(people: People) -> None:
    make_line(people.centre)
    make_line(people.centre, number="+4991112345679", skill="exit")
    phones = []
    for number in range(10):
        phone = Phone(f"+49341123456{number}", to=LINE if number % 3 else "+4991112345679")
        phone.ring()
        phone.press("12"[number % 4 == 0])
        phone.wait()
        phones.append(phone)
    for number in (4, 7, 9):
        urgent = {"call_id": phones[number].call.pk, "is_urgent": True}
        as_user(people.coordinator, raise_urgency, by=people.coordinator, **urgent)
    waiting_now = by_telephone(lambda: list(Call.objects.waiting().select_related("line")))
    kinds = {call.pk: (call.language, call.line.skill) for call in waiting_now}
    assert len(set(kinds.values())) == 4
    for call in waiting_now:
        before = [one for one in kinds if kinds[one] == kinds[call.pk]].index(call.pk)
        assert by_telephone(partial(Call.objects.ahead_of, call)) == before
    go_on_duty(people.handler)
    claim(people.handler, phones[9])
    assert by_telephone(partial(Call.objects.ahead_of, phones[9].call)) == 0


def test_position_is_announced_and_decreases(english: Line) -> None:
    phones = [waiting(f"+49341123456{n}") for n in range(3)]
    words = ["You are next", "one caller before you", "2 callers before you"]
    for phone, position in zip(phones, words, strict=True):
        assert position in spoken(phone.wait())
    phones.pop(0).hang_up()
    for phone, position in zip(phones, words[:2], strict=True):
        assert position in spoken(phone.wait())


def test_an_urgent_call_goes_before_one_that_waits_longer(people: People, english: Line) -> None:
    first, second = waiting(), waiting("+493411234568")
    as_user(people.coordinator, raise_urgency, by=people.coordinator, call_id=second.call.pk, is_urgent=True)
    assert "You are next" in spoken(second.wait())
    assert "one caller before you" in spoken(first.wait())
    with pytest.raises(NotAllowed):
        as_user(people.handler, raise_urgency, by=people.handler, call_id=first.call.pk, is_urgent=True)


def test_requested_callback_is_due_when_the_centre_opens(people: People, line: Line) -> None:
    with time_machine.travel(SUNDAY):
        phone = waiting()
        assert phone.press("1").find("Leave") is not None
        assert phone.leave_queue("leave").find("Hangup") is not None
        phone.hang_up()
        assert phone.call.ending == "callback"
        assert phone.call.callback_id not in (None, phone.call.pk)
        assert callbacks(people.coordinator) == [("open", "asked", CALLER)]
        assert by_telephone(Callback.objects.get).due_at == MONDAY_AT_NINE


@pytest.mark.parametrize("number", WITHHELD)
def test_withheld_number_is_not_recognised_and_gets_no_callback(people: People, english: Line, number: str) -> None:
    phone = waiting(number)
    assert phone.call.phone_index is None
    assert phone.call.caller_id_kind != "shown"
    assert phone.press("1").find("Leave") is not None
    heard = phone.leave_queue("leave")
    assert heard.find("Record") is not None
    assert "Your number is not shown" in spoken(heard)
    phone.hang_up()
    assert callbacks(people.coordinator) == []


def test_withheld_number_never_counts_as_a_caller_who_was_cut_off(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    talking(people.handler, waiting("anonymous")).hang_up()
    assert not waiting("anonymous").call.is_urgent


def test_out_of_hours_a_key_asks_for_a_callback(people: People) -> None:
    make_line(people.centre, is_round_the_clock=False)
    with time_machine.travel(SUNDAY):
        phone = Phone()
        assert phone.ring().find("Gather") is not None
        assert phone.heard.find(".//Enqueue") is None
        assert phone.press("1").find("Hangup") is not None
        phone.hang_up()
    assert phone.call.ending == "callback"
    assert callbacks(people.coordinator) == [("open", "asked", CALLER)]


@pytest.mark.parametrize("key", ["", "2", "12"])
def test_out_of_hours_caller_who_stays_can_leave_a_message(people: People, key: str) -> None:
    make_line(people.centre, is_round_the_clock=False)
    with time_machine.travel(SUNDAY):
        phone = Phone()
        phone.ring()
        assert [verb.tag for verb in phone.press(key)] == ["Say", "Record", "Redirect"]
        phone.record()
        phone.hang_up()
    assert phone.call.ending == "voicemail"
    assert callbacks(people.coordinator) == [("open", "voicemail", CALLER)]


def test_in_opening_hours_the_line_is_open(people: People) -> None:
    make_line(people.centre, is_round_the_clock=False)
    with time_machine.travel(MONDAY_AT_NINE):
        phone = waiting()
    assert phone.call.state == "waiting"


def test_caller_is_offered_a_callback_or_message_after_twenty_minutes(people: People, line: Line) -> None:
    phone = waiting()
    now = timezone.now()
    with time_machine.travel(now + timedelta(minutes=19)):
        assert phone.wait().find("Leave") is None
    with time_machine.travel(now + timedelta(minutes=21)):
        assert phone.wait().find("Leave") is not None
        assert phone.leave_queue("leave").find("Gather") is not None
        phone.press("1")
        phone.hang_up()
    assert phone.call.ending == "callback"
    assert callbacks(people.coordinator) == [("open", "asked", CALLER)]


@pytest.mark.parametrize("to", ["+4930123456", "", "nobody"])
def test_call_to_an_unknown_number_hears_an_announcement(line: Line, to: str) -> None:
    phone = Phone(to=to)
    assert phone.ring().find("Hangup") is not None
    assert by_telephone(Call.objects.count) == 0


def test_inactive_line_takes_no_calls(people: People) -> None:
    make_line(people.centre, is_active=False)
    assert Phone().ring().find("Hangup") is not None
    assert by_telephone(Call.objects.count) == 0


#: Result of leaving the queue, the document that is played, and the new state of the call.
RESULTS = {
    "bridged": ([], "waiting"),
    "bridging-in-process": ([], "waiting"),
    "redirected": ([], "waiting"),
    "redirected-from-bridged": ([], "waiting"),
    "hangup": ([], "ended"),
    "leave": (["Gather"], "leaving"),
    "queue-full": (["Gather"], "leaving"),
    "error": (["Gather"], "leaving"),
    "system-error": (["Gather"], "leaving"),
    "": (["Gather"], "leaving"),
}


@pytest.mark.parametrize("result", RESULTS)
def test_each_result_of_the_queue_gives_the_expected_document_and_state(line: Line, result: str) -> None:
    phone = waiting()
    heard, state = RESULTS[result]
    assert [verb.tag for verb in phone.leave_queue(result)] == heard
    assert phone.call.state == state


@pytest.mark.parametrize("result", ["queue-full", "system-error"])
def test_caller_refused_by_the_queue_can_ask_for_a_callback(people: People, line: Line, result: str) -> None:
    phone = Phone()
    phone.ring()
    phone.press("1")
    assert phone.leave_queue(result).find("Gather") is not None
    phone.press("1")
    phone.hang_up()
    assert callbacks(people.coordinator) == [("open", "asked", CALLER)]


def test_leaving_the_queue_for_the_room_plays_nothing(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    talking(people.handler, phone)
    assert list(phone.leave_queue("redirected")) == []
    assert phone.call.state == "talking"


def test_caller_returns_to_the_queue_if_the_handler_left_before_the_room(people: People, line: Line) -> None:
    go_on_duty(people.handler)
    phone = waiting()
    claim(people.handler, phone)
    as_service(release_claims, now=timezone.now() + timedelta(minutes=1))
    assert phone.step("room").find("Enqueue") is not None
    assert phone.wait().find("Gather") is not None


def test_webhooks_of_an_ended_call_hang_up(line: Line) -> None:
    phone = waiting()
    phone.hang_up()
    for name in ("wait", "room"):
        assert phone.step(name).find("Hangup") is not None
    assert phone.leave_queue("leave").find("Hangup") is not None
    assert phone.call.ending == "abandoned"


def test_webhooks_of_unknown_calls_have_no_effect(line: Line) -> None:
    nowhere = "00000000-0000-4000-8000-000000000000"
    for name in ("wait", "queue", "leave", "room", "after", "recorded", "menu/1"):
        answer = tell(f"/telephone/call/{nowhere}/{name}/", {"CallSid": "CA1"})
        assert b"<Hangup" in answer.content
    for name in ("conference", "recording"):
        assert tell(f"/telephone/call/{nowhere}/{name}/", {"CallSid": "CA1"}).status_code == 204


def test_webhook_is_stored_with_its_answer(line: Line) -> None:
    phone = Phone()
    phone.ring()
    stored = by_telephone(lambda: [(row.kind, row.parameters, row.answer) for row in WebhookEvent.objects.all()])
    ((kind, parameters, answer),) = stored
    assert (kind, parameters["From"], parameters["To"]) == ("voice", CALLER, LINE)
    assert "<Gather" in answer
