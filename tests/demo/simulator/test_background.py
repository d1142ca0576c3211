"""The simulator for synchronous code, and with many calls at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

import pytest
from background import BackgroundProvider

from demo.simulator import WITHHELD, Caller, CallStep, Chaos, Number, Phone, Provider, WebhookResponse
from tests.demo.simulator.ground import ACCOUNT, DESK, OURS, TOKEN, Says, client, ground, twiml


async def send(method: str, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> WebhookResponse:
    """Instead of HTTP."""
    wait = twiml('<Enqueue waitUrl="/wait">q</Enqueue>')
    body = {"/voice": wait, "/wait": twiml("<Pause/>"), "/away": twiml("<Say>weg</Say>")}
    return WebhookResponse(200, body.get("/" + url.rpartition("/")[2], "").encode())


def provider() -> Provider:
    numbers = {OURS: Number("https://lotse.test/voice", message_url="https://lotse.test/message")}
    return Provider(ACCOUNT, TOKEN, numbers, scale=100, phones={DESK: Phone()}, send=send)


def test_call_from_synchronous_code() -> None:
    with BackgroundProvider(provider()) as background:
        call = background.begin(Caller(), to=OURS)
        deadline = time.monotonic() + 3
        while call.step != CallStep.WAITING and time.monotonic() < deadline:
            time.sleep(0.005)
        assert (call.step, call.status) == (CallStep.WAITING, "in-progress")
        client(background.provider).calls(call.sid).update(url="https://lotse.test/away")
        assert call.outcome(3).diary.heard == ["weg"]
        second = background.begin(Caller(), to=OURS)
        second.hang_up()
        assert second.outcome(3).status in ("completed", "no-answer")
        assert background.ring(Caller(patience=3), to=OURS).status == "completed"
        assert background.text(DESK, OURS, "Hallo").replies == ()
        background.settled(3)
        assert background.provider.live_calls() == []
    with pytest.raises(OSError, match=r".*"):
        client(background.provider).calls(call.sid).fetch()


def test_a_port_that_is_taken() -> None:
    with BackgroundProvider(provider()) as first:
        port = int(first.base_url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"), BackgroundProvider(provider(), port=port):
            pass


def test_many_disordered_calls_end_without_violation() -> None:
    """Sixty people, every way to leave, every request perhaps twice: no violation and nobody is left over."""
    says: dict[str, Says] = {
        "/voice": twiml('<Gather numDigits="1" timeout="3" action="/menu"><Say>1</Say></Gather>'),
        "/menu": twiml('<Enqueue waitUrl="/wait" action="/queue">q</Enqueue>'),
        "/wait": twiml("<Pause length='5'/>"),
        "/queue": twiml("<Hangup/>"),
    }

    async def run() -> None:
        chaos = Chaos(duplicates=0.1, late=0.1, reordered=0.1, jitter=0.2)
        async with ground(says, chaos=chaos) as (platform, provider):
            steps = [CallStep.RINGING, CallStep.MENU, CallStep.WAITING, None]
            callers = [
                Caller(number=WITHHELD[n % len(WITHHELD)], keys="1", leaves_at=steps[n % 4], patience=20.0 + n)
                for n in range(60)
            ]
            outcomes = await asyncio.gather(*(provider.ring(one, to=OURS) for one in callers))
            await provider.settled()
            assert provider.violations == []
            assert provider.alerts == []
            assert provider.live_calls() == []
            assert [one.status for one in outcomes].count("no-answer") == 15
            assert len({form["CallSid"] for form in platform.forms("/status")}) == 60

    asyncio.run(run())
