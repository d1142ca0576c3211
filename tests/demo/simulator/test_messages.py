"""Text messages go out, arrive or not, and come in."""

from __future__ import annotations

import asyncio

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.demo.simulator.ground import DESK, OURS, client, ground, rest, twiml


@pytest.mark.parametrize(("lost", "statuses"), [(None, "queued sent delivered"), (30003, "queued sent undelivered")])
def test_message_goes_through_its_states(lost: int | None, statuses: str) -> None:
    async def run() -> None:
        async with ground({}) as (platform, provider):
            if lost:
                provider.account.undelivered[DESK] = lost
            there = f"{platform.base}/message-status"
            create = client(provider).messages.create
            message = await rest(create, to=DESK, from_=OURS, body="Wir rufen an.", status_callback=there)
            assert message.status == "queued"
            await provider.settled()
            forms = platform.forms("/message-status")
            assert [form["MessageStatus"] for form in forms] == statuses.split()
            assert {form["MessageSid"] for form in forms} == {message.sid}
            assert forms[-1].get("ErrorCode") == (str(lost) if lost else None)
            fetched = await rest(client(provider).messages(message.sid).fetch)
            assert (fetched.status, fetched.error_code) == (statuses.rsplit(maxsplit=1)[-1], lost)
            assert [one.body for one in provider.sent_messages] == ["Wir rufen an."]
            await rest(client(provider).messages(message.sid).delete)
            assert provider.sent_messages == []

    asyncio.run(run())


@pytest.mark.parametrize(("to", "from_", "code"), [("0911", OURS, 21211), (DESK, DESK, 21606), ("+4917", OURS, 21610)])
def test_refused(to: str, from_: str, code: int) -> None:
    async def run() -> None:
        async with ground({}) as (_, provider):
            provider.account.blocked.add("+4917")
            with pytest.raises(TwilioRestException) as refused:
                await rest(client(provider).messages.create, to=to, from_=from_, body="x")
            assert refused.value.code == code
            assert provider.sent_messages == []

    asyncio.run(run())


def test_incoming_message_reaches_the_platform() -> None:
    async def run() -> None:
        answer = twiml("<Message>Danke, wir melden uns.</Message>")
        async with ground({"/message": answer}) as (platform, provider):
            outcome = await provider.text(DESK, OURS, "Hilfe", media=2)
            [form] = platform.forms("/message")
            assert (form["MessageSid"], form["Body"], form["NumMedia"]) == (outcome.sid, "Hilfe", "2")
            assert {"MediaUrl0", "MediaUrl1", "MediaContentType1"} <= set(form)
            assert [reply.body for reply in outcome.replies] == ["Danke, wir melden uns."]
            assert [(one.to, one.from_) for one in provider.sent_messages] == [(DESK, OURS)]
            await provider.text(DESK, OURS, "Hallo", whatsapp=True)
            form = platform.forms("/message")[-1]
            assert (form["From"], form["To"], form["WaId"]) == (f"whatsapp:{DESK}", f"whatsapp:{OURS}", DESK[1:])
            platform.on("/message", None)
            assert (await provider.text(DESK, OURS, "Noch da?")).replies == ()
            platform.on("/message", twiml("<Say>x</Say>"))
            await provider.text(DESK, OURS, "Noch da?")
            assert provider.violations == ["TwiML of message: <Say> cannot stand in <Response>"]
            await provider.settled()

    asyncio.run(run())
