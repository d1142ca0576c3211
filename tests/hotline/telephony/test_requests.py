"""Every request to the provider, made with the real client and validated by the simulator."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from background import BackgroundProvider
from telephone import ACCOUNT, LINE, TELEPHONY, TOKEN

from demo.simulator import Caller, Number, Phone, Provider, WebhookResponse
from demo.simulator.twiml import check
from hotline.telephony import provider
from hotline.telephony.provider import Gone, Later, RequestRefused, render, render_message
from hotline.telephony.verbs import (
    Enqueue,
    Gather,
    HangUp,
    Join,
    Leave,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
)

PARTNER, DESK = "+4930231250555", "+4930231250556"
PLACE = "https://lotse.example/telephone"
ROOM = render([Join("room", label="one", action=f"{PLACE}/after/", events=f"{PLACE}/conference/")])


async def platform(method: str, url: str, form: Any, headers: Any) -> WebhookResponse:
    """Answers every call with the room, and ignores events."""
    has_document = not url.endswith(("status/", "conference/", "recording/"))
    document = ROOM if "after" not in url else render([HangUp()])
    return WebhookResponse(200, document.encode()) if has_document else WebhookResponse(204)


@pytest.fixture
def double(settings: Any) -> Iterator[BackgroundProvider]:
    number = Number(f"{PLACE}/voice/", status_callback=f"{PLACE}/status/", message_url=f"{PLACE}/message/")
    phones = {PARTNER: Phone(answers_after=1), DESK: Phone(answers_after=1)}
    made = Provider(ACCOUNT, TOKEN, {LINE: number}, scale=200, send=platform, phones=phones, calls_per_second=0)
    with BackgroundProvider(made) as running:
        settings.TELEPHONY = {**TELEPHONY, "api_url": running.base_url}
        yield running
        assert running.provider.violations == []


def in_room(double: BackgroundProvider) -> tuple[str, str]:
    """A conversation of a caller and a desk phone; returns the caller's sid and the room's."""
    call = double.begin(Caller(talks=100_000), to=LINE)
    provider.dial(to=DESK, from_=LINE, url=f"{PLACE}/answer/", status_url=f"{PLACE}/leg/status/", seconds=20)
    for _try in range(200):
        rooms = double.provider.live_conferences()
        if rooms and len(rooms[0].participants) == 2:
            return call.sid, rooms[0].sid

        time.sleep(0.02)
    raise AssertionError("nobody met in the room")


def test_requests_about_participants_of_a_room(double: BackgroundProvider) -> None:
    caller, room = in_room(double)
    provider.hold(room=room, label="one", is_held=True)
    provider.hold(room=room, label="one", is_held=False)
    partner = provider.add(
        room=room, label="partner", to=PARTNER, from_=LINE, status_url=f"{PLACE}/leg/status/", seconds=40
    )
    assert provider.state_of(sid=partner) in ("queued", "ringing", "in-progress")
    provider.hang_up(sid=partner)
    provider.redirect(sid=caller, url=f"{PLACE}/after/")
    double.settled()
    assert provider.state_of(sid=caller) == "completed"


def test_requests_that_end_a_room_and_a_call(double: BackgroundProvider) -> None:
    caller, room = in_room(double)
    provider.end_room(room=room)
    double.settled()
    with pytest.raises(Gone):
        provider.hang_up(sid=caller)
    with pytest.raises(Gone):
        provider.redirect(sid=caller, url=f"{PLACE}/after/")


def test_messages(double: BackgroundProvider) -> None:
    url = f"{PLACE}/message/1/status/"
    provider.send_message(to=PARTNER, from_=LINE, text="Guten Tag", status_url=url)
    provider.send_message(to=f"whatsapp:{PARTNER}", from_=f"whatsapp:{LINE}", text="Guten Tag", status_url=url)
    assert [message.body for message in double.provider.sent_messages] == ["Guten Tag", "Guten Tag"]


def test_blocked_number_is_refused_permanently(double: BackgroundProvider) -> None:
    double.provider.account.blocked.add(PARTNER)
    with pytest.raises(RequestRefused) as refused:
        provider.send_message(to=PARTNER, from_=LINE, text="x", status_url=f"{PLACE}/status/")
    assert refused.value.code == 21610


@pytest.mark.parametrize("status", [429, 500, 503])
def test_temporary_errors_raise_later(double: BackgroundProvider, status: int) -> None:
    double.provider.fail_next(status=status)
    with pytest.raises(Later):
        provider.state_of(sid="CA" + "0" * 32)


def test_unknown_call_raises_gone(double: BackgroundProvider) -> None:
    with pytest.raises(Gone):
        provider.state_of(sid="CA" + "0" * 32)


def test_unreachable_provider_raises_later(settings: Any) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        settings.TELEPHONY = {**TELEPHONY, "api_url": f"http://127.0.0.1:{held.getsockname()[1]}"}
        with pytest.raises(Later):
            provider.state_of(sid="CA" + "0" * 32)


def test_no_request_is_sent_without_an_account(settings: Any) -> None:
    settings.TELEPHONY = {**TELEPHONY, "account": "", "token": ""}
    with pytest.raises(RequestRefused):
        provider.hang_up(sid="CA" + "0" * 32)


def test_simulator_refuses_invalid_requests(double: BackgroundProvider) -> None:
    with pytest.raises(RequestRefused):
        provider.dial(to="nobody", from_=LINE, url=f"{PLACE}/x/", status_url=f"{PLACE}/y/", seconds=20)
    with pytest.raises(RequestRefused):
        provider.dial(to=DESK, from_="+4930999", url=f"{PLACE}/x/", status_url=f"{PLACE}/y/", seconds=20)
    double.provider.account.violations.clear()


SAID = Say("Guten Tag", "de-DE")
VERBS = [
    SAID,
    Play("https://lotse.example/static/x.wav"),
    Pause(2),
    Gather(f"{PLACE}/menu/", [SAID, Pause(1), Play("https://lotse.example/x.wav")]),
    Enqueue("line-1", f"{PLACE}/queue/", f"{PLACE}/wait/"),
    Join("room", "label", f"{PLACE}/after/", f"{PLACE}/conference/", ends_room=True),
    Record(f"{PLACE}/recorded/", f"{PLACE}/recording/"),
    Redirect(f"{PLACE}/voice/"),
    HangUp(),
    Reject(),
]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: type(verb).__name__)
def test_simulator_accepts_each_verb(verb: Verb) -> None:
    assert check(render([verb])) == []


def test_simulator_accepts_the_documents_of_the_queue() -> None:
    waiting = render([Gather(f"{PLACE}/wait/", [SAID, Pause(1)]), Leave()])
    assert check(waiting, waiting=True) == []
    assert check(render([Enqueue("x", f"{PLACE}/queue/", f"{PLACE}/wait/")]), waiting=True) != []
    assert check(render_message("Danke"), messaging=True) == []
    assert check(render_message(), messaging=True) == []


@pytest.mark.parametrize(
    "document",
    [
        "<Response><Shout>Hallo</Shout></Response>",
        "<Response><Say loudness='9'>Hallo</Say></Response>",
        "<Response><Gather><Dial>+4930</Dial></Gather></Response>",
        "<Response><Dial><Conference></Conference></Dial></Response>",
        "<Response><Say>Hallo</Response>",
    ],
)
def test_simulator_refuses_invalid_documents(document: str) -> None:
    assert check(document) != []
