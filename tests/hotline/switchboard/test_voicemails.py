"""Every voicemail is downloaded, or the shift is told that its sound could not be fetched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from answering import Provider
from contacts import browser
from django.utils import timezone
from people import People, as_user
from telephone import Phone, by_telephone, callbacks, ordered, waiting

from foundation.journal.models import Event
from hotline.switchboard.commands import RETRIES_OF
from hotline.switchboard.models import Command, Line, Voicemail
from hotline.switchboard.tasks import run_commands
from hotline.switchboard.voicemails import FETCH_AFTER

pytestmark = pytest.mark.django_db
NOT_THERE = (404, 0)


@pytest.fixture
def phone(people: People, line: Line, provider: Provider) -> Phone:
    """A caller who has left a message; its sound is not available yet."""
    phone = waiting()
    phone.leave_queue("queue-full")
    phone.press("")
    return phone


def recording(phone: Phone) -> str:
    return f"/Recordings/RE{phone.sid[2:]}"


def ready(phone: Phone, status: str = "completed", *, seconds: int = 12) -> None:
    values = {"RecordingSid": "RE" + phone.sid[2:], "RecordingDuration": str(seconds), "RecordingStatus": status}
    phone.step("recording", **values)


def later() -> None:
    """Make the next attempt due."""
    by_telephone(lambda: Command.objects.filter(state="waiting").update(due_at=timezone.now(), claimed_until=None))
    run_commands()


def asked(provider: Provider) -> list[str]:
    return [path for path, _form in provider.asked]


def kept() -> Voicemail:
    found: Voicemail = by_telephone(Voicemail.objects.get)
    return found


def told(people: People, kind: str) -> int:
    return int(as_user(people.coordinator, Event.objects.filter(kind=kind).count))


def test_sound_is_fetched_when_it_is_ready_and_not_before(people: People, phone: Phone, provider: Provider) -> None:
    phone.record()
    phone.hang_up()
    run_commands()
    assert provider.asked == [], "it does not exist yet"
    for _ in range(2):
        ready(phone)
        run_commands()
    assert asked(provider) == [f"{recording(phone)}.wav", f"{recording(phone)}.json"]
    assert (bool(kept().fetched_at), kept().lost_at, ordered(phone.call)) == (True, None, [])


def test_sound_is_fetched_without_the_recordings_callback(people: People, phone: Phone, provider: Provider) -> None:
    before = timezone.now()
    phone.record()
    phone.hang_up()
    ordered_at = by_telephone(lambda: Command.objects.get(kind="fetch").due_at) - timedelta(seconds=FETCH_AFTER)
    assert before <= ordered_at <= timezone.now()
    later()
    assert bool(kept().fetched_at)


def test_callback_before_the_recording_gives_one_voicemail(people: People, phone: Phone, provider: Provider) -> None:
    ready(phone)
    phone.record()
    phone.hang_up()
    run_commands()
    assert asked(provider) == [f"{recording(phone)}.wav", f"{recording(phone)}.json"]
    assert [one[:2] for one in callbacks(people.coordinator)] == [("open", "voicemail")]


def test_sound_not_found_is_requested_again(people: People, phone: Phone, provider: Provider) -> None:
    phone.record()
    phone.hang_up()
    provider.answers = [NOT_THERE, NOT_THERE]
    ready(phone)
    run_commands()
    later()
    assert (kept().fetched_at, kept().lost_at) == (None, None)
    assert told(people, "call.command_delayed") == 0, "it is no trouble that it takes a moment"
    later()
    assert bool(kept().fetched_at)
    assert asked(provider)[-1] == f"{recording(phone)}.json"


def test_sound_that_never_arrives_is_reported_and_the_callback_exists(
    people: People, phone: Phone, provider: Provider
) -> None:
    phone.record()
    phone.hang_up()
    pauses = RETRIES_OF["fetch"]
    assert sum(pauses) >= 600
    provider.answers = [NOT_THERE] * (len(pauses) + 1)
    for _ in range(len(pauses) + 1):
        assert kept().lost_at is None
        later()
    assert kept().lost_at is not None
    assert told(people, "call.voicemail_lost") == 1
    assert [one[:2] for one in callbacks(people.coordinator)] == [("open", "voicemail")]
    assert ordered(phone.call) == []
    page = browser(people.handler).get(f"/telephone/callbacks/{phone.call.callback.pk}/voicemail/").content.decode()
    assert "could not be fetched" in page


def test_late_sound_is_stored(people: People, phone: Phone, provider: Provider) -> None:
    phone.record()
    phone.hang_up()
    by_telephone(lambda: Command.objects.update(state="failed", ended_at=timezone.now()))
    by_telephone(lambda: Voicemail.objects.update(lost_at=timezone.now()))
    ready(phone)
    run_commands()
    assert (bool(kept().fetched_at), kept().lost_at) == (True, None)


@pytest.mark.parametrize("answer", [(401, 20003), (403, 20003), (429, 20429), (500, 0), (503, 20500)])
def test_no_voicemail_is_lost_while_the_provider_fails(
    people: People, phone: Phone, provider: Provider, answer: tuple[int, int]
) -> None:
    phone.record()
    phone.hang_up()
    ready(phone)
    tries = len(RETRIES_OF["fetch"]) + 1
    provider.answers = [answer] * tries
    run_commands()
    for _ in range(tries - 1):
        later()
    assert (kept().lost_at is not None, told(people, "call.voicemail_lost")) == (True, 1), "the shift knows"
    later()
    assert (bool(kept().fetched_at), kept().lost_at) == (True, None), "and it is asked for all the same"


@pytest.mark.parametrize("status", ["absent", "failed"])
def test_recording_without_sound_is_lost_at_once(people: People, phone: Phone, provider: Provider, status: str) -> None:
    phone.record()
    phone.hang_up()
    for _ in range(2):
        ready(phone, status)
    assert (kept().lost_at is not None, told(people, "call.voicemail_lost")) == (True, 1)
    assert ordered(phone.call) == ["delete"], "nobody asks for what will never be there"


def test_missing_sound_may_be_reported_before_the_recording(people: People, phone: Phone, provider: Provider) -> None:
    ready(phone, "absent")
    phone.record()
    phone.hang_up()
    assert (kept().lost_at is not None, ordered(phone.call)) == (True, ["delete"])
    assert callbacks(people.coordinator)[0][1] == "voicemail"


@pytest.mark.parametrize("seconds", [0, 1])
@pytest.mark.parametrize("tells", ["recorded", "recording"])
def test_silence_is_deleted_at_the_provider_once(
    people: People, phone: Phone, provider: Provider, seconds: int, tells: str
) -> None:
    for _ in range(2):
        phone.record(tells, seconds=seconds)
    phone.hang_up()
    run_commands()
    assert asked(provider) == [f"{recording(phone)}.json"]
    assert not by_telephone(Voicemail.objects.exists)


def test_recording_of_a_blocked_call_is_deleted(people: People, line: Line, provider: Provider) -> None:
    from telephone import as_service

    from hotline.switchboard.calls import end_call
    from hotline.switchboard.states import Ending

    phone = waiting()
    as_service(end_call, call=phone.call, ending=Ending.BLOCKED)
    phone.record("recording")
    run_commands()
    assert asked(provider) == [f"{recording(phone)}.json"]


def test_deletion_is_retried_for_hours_and_not_found_counts_as_deleted(
    people: People, phone: Phone, provider: Provider
) -> None:
    phone.record()
    phone.hang_up()
    ready(phone)
    assert sum(RETRIES_OF["delete"]) > 3 * 3600
    provider.answers = [(201, 0), (500, 0), (401, 0), (404, 20404)]
    run_commands()
    later()
    later()
    assert by_telephone(lambda: Command.objects.get(kind="delete").state) == "dropped"
    assert len(provider.asked) == 4


def test_voicemail_reported_after_the_end_can_be_played(people: People, phone: Phone, provider: Provider) -> None:
    """The end of the call was reported first: the callback is created later, and its player finds the sound."""
    phone.hang_up()
    phone.record()
    ready(phone)
    run_commands()
    with_sound = [one for one in callbacks(people.coordinator) if one[0] == "open"]
    assert [one[:2] for one in with_sound] == [("open", "voicemail")]
    answer: Any = browser(people.handler).get(f"/telephone/calls/{phone.call.pk}/voicemail/")
    assert answer.content == b"RIFF sound"
