"""A call rings, follows TwiML, waits in a queue, is hung up at any step."""

from __future__ import annotations

import asyncio

import pytest

from demo.simulator import Caller, CallStep, Number, Phone
from tests.demo.simulator.ground import DESK, OURS, Says, ground, twiml

MENU = twiml(
    '<Gather numDigits="1" timeout="4" action="/menu" actionOnEmptyResult="true"><Say>Deutsch: 1</Say></Gather>',
)
QUEUE = twiml('<Say>Guten Tag</Say><Enqueue waitUrl="/wait" action="/queue">q1</Enqueue><Say>Danach</Say>')
WAIT = twiml('<Play>/music.mp3</Play><Gather numDigits="1" timeout="2" action="/callback"/>')
CENTRE: dict[str, Says] = {
    "/voice": MENU,
    "/menu": QUEUE,
    "/wait": WAIT,
    "/callback": twiml("<Leave/>"),
    "/queue": lambda form: twiml("<Say>Wir rufen zurück.</Say>") if form["QueueResult"] == "leave" else None,
}


def test_a_menu_a_queue_and_leaving_it_for_a_callback() -> None:
    async def run() -> None:
        async with ground(CENTRE) as (platform, provider):
            caller = Caller(keys="1", callback_key="1", callback_after=10)
            outcome = await provider.ring(caller, to=OURS)
            await provider.settled()
            assert outcome.status == "completed"
            assert outcome.diary.pressed == ["1", "1"]
            assert outcome.diary.queue_results == ["leave"]
            assert outcome.diary.heard[-1] == "Wir rufen zurück."
            assert 10 <= outcome.diary.waited < 30
            waits = platform.forms("/wait")
            assert len(waits) >= 2
            assert [int(form["QueueTime"]) for form in waits] == sorted(int(form["QueueTime"]) for form in waits)
            assert {form["QueuePosition"] for form in waits} == {"1"}
            assert {"QueueSid", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"} <= set(waits[0])
            [last] = platform.forms("/status")
            assert (last["CallStatus"], last["SequenceNumber"]) == ("completed", "0")
            assert last["CallbackSource"] == "call-progress-events"
            assert int(last["CallDuration"]) == outcome.duration >= 10
            assert provider.violations == []
            assert provider.alerts == []
            assert provider.live_calls() == []

    asyncio.run(run())


def test_standard_parameters() -> None:
    async def run() -> None:
        async with ground({"/voice": twiml("<Hangup/>")}) as (platform, provider):
            await provider.ring(Caller(number="anonymous"), to=OURS)
            [form] = platform.forms("/voice")
            assert form["From"] == form["Caller"] == "anonymous"
            assert form["To"] == form["Called"] == OURS
            assert (form["CallStatus"], form["Direction"], form["ApiVersion"]) == ("ringing", "inbound", "2010-04-01")
            assert {f"{who}{what}" for who in ("From", "To") for what in ("City", "State", "Zip", "Country")} <= set(
                form
            )

    asyncio.run(run())


@pytest.mark.parametrize(("keys", "digits"), [("", ""), ("7", "7")])
def test_gather_with_and_without_a_key(keys: str, digits: str) -> None:
    async def run() -> None:
        async with ground({"/voice": MENU, "/menu": twiml("<Hangup/>")}) as (platform, provider):
            await provider.ring(Caller(keys=keys), to=OURS)
            assert [form["Digits"] for form in platform.forms("/menu")] == [digits]

    asyncio.run(run())


def test_gather_falls_through_and_stops_at_the_finishing_key() -> None:
    async def run() -> None:
        voice = twiml('<Gather timeout="1" action="/a"/><Gather action="/b" timeout="1"/>')
        async with ground({"/voice": voice, "/b": twiml("<Hangup/>")}) as (platform, provider):
            await provider.ring(Caller(keys=["", "12#3"]), to=OURS)
            assert platform.paths()[:2] == ["/voice", "/b"]
            assert (platform.forms("/b")[0]["Digits"], platform.forms("/b")[0]["FinishedOnKey"]) == ("12", "#")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("step", "status", "last"),
    [
        (CallStep.RINGING, "no-answer", ["/voice", "/status"]),
        (CallStep.MENU, "completed", ["/voice", "/status"]),
        (CallStep.WAITING, "completed", ["/voice", "/menu", "/wait", "/queue", "/status"]),
    ],
)
def test_hanging_up(step: CallStep, status: str, last: list[str]) -> None:
    async def run() -> None:
        async with ground(CENTRE) as (platform, provider):
            outcome = await provider.ring(Caller(keys="1", leaves_at=step), to=OURS)
            await provider.settled()
            assert outcome.status == status
            assert outcome.diary.steps[-1] == step
            assert platform.paths() == last
            assert [form["QueueResult"] for form in platform.forms("/queue")] == ["hangup"] * ("/queue" in last)
            assert platform.forms("/status")[0]["CallStatus"] == status

    asyncio.run(run())


def test_a_step_begins_once() -> None:
    async def run() -> None:
        async with ground({"/voice": twiml(*["<Say>eins zwei drei vier fünf</Say>"] * 10)}) as (_, provider):
            outcome = await provider.ring(Caller(leaves_at=CallStep.MENU, leaves_after=5), to=OURS)
            assert outcome.diary.steps == [CallStep.RINGING, CallStep.MENU]
            assert 5 <= outcome.duration < 9

    asyncio.run(run())


def test_patience_ends() -> None:
    async def run() -> None:
        async with ground(CENTRE) as (_, provider):
            outcome = await provider.ring(Caller(keys="1", patience=20), to=OURS)
            assert 20 <= outcome.diary.waited < 24

    asyncio.run(run())


def test_the_queue_knows_who_is_first() -> None:
    async def run() -> None:
        async with ground({**CENTRE, "/voice": QUEUE}) as (platform, provider):
            first = provider.begin(Caller(patience=30), to=OURS)
            await asyncio.sleep(0.05)
            await provider.ring(Caller(patience=10, number="+4991155509"), to=OURS)
            first.hang_up()
            await first.outcome()
            theirs = {form["QueuePosition"] for form in platform.forms("/wait") if form["From"] == "+4991155509"}
            assert theirs == {"2"}

    asyncio.run(run())


def test_reject_and_the_end_of_a_document() -> None:
    async def run() -> None:
        async with ground({"/voice": twiml('<Reject reason="busy"/>')}) as (platform, provider):
            assert (await provider.ring(Caller(), to=OURS)).status == "busy"
            platform.on("/voice", twiml("<Redirect>/there</Redirect>"))
            platform.on("/there", twiml("<Say>Ende</Say>"))
            outcome = await provider.ring(Caller(), to=OURS)
            assert (outcome.status, outcome.diary.heard) == ("completed", ["Ende"])

    asyncio.run(run())


MAILBOX = twiml('<Record action="/left" maxLength="30" recordingStatusCallback="/recording"/><Say>Nichts gehört</Say>')


@pytest.mark.parametrize(
    ("caller", "digits"),
    [(Caller(speaks=9), ""), (Caller(speaks=9, leaves_at=CallStep.RECORDING, leaves_after=5), "hangup")],
)
def test_a_mailbox(caller: Caller, digits: str) -> None:
    async def run() -> None:
        async with ground({"/voice": MAILBOX, "/left": twiml("<Hangup/>")}) as (platform, provider):
            outcome = await provider.ring(caller, to=OURS)
            await provider.settled()
            [form] = platform.forms("/left")
            [recording] = platform.forms("/recording")
            assert form["Digits"] == digits
            assert recording["RecordingSid"] == form["RecordingSid"] == outcome.diary.recordings[0]
            assert recording["RecordingStatus"] == "completed"
            assert not {"From", "To"} & set(recording)
            assert form["RecordingUrl"].startswith(provider.base_url)

    asyncio.run(run())


def test_silence_makes_no_recording() -> None:
    async def run() -> None:
        async with ground({"/voice": MAILBOX}) as (_, provider):
            outcome = await provider.ring(Caller(speaks=0), to=OURS)
            assert (outcome.diary.recordings, outcome.diary.heard) == ([], ["Nichts gehört"])

    asyncio.run(run())


@pytest.mark.parametrize(
    ("phone", "said"),
    [
        (Phone(talks=5), "completed"),
        (Phone(busy=True), "busy"),
        (Phone(answers_after=None), "no-answer"),
    ],
)
def test_dialling_a_number(phone: Phone, said: str) -> None:
    async def run() -> None:
        voice = twiml(f'<Dial action="/after" timeout="10" callerId="{OURS}"><Number>{DESK}</Number></Dial>')
        says: dict[str, Says] = {"/voice": voice, "/after": twiml("<Hangup/>")}
        async with ground(says, phones={DESK: phone}) as (platform, provider):
            await provider.ring(Caller(), to=OURS)
            [form] = platform.forms("/after")
            assert form["DialCallStatus"] == said
            assert provider.violations == []

    asyncio.run(run())


def test_a_platform_that_fails_once_twice_and_for_good() -> None:
    async def run() -> None:
        def number(platform: object) -> Number:
            base = platform.base  # type: ignore[attr-defined]
            return Number(f"{base}/voice", fallback_url=f"{base}/fallback")

        says: dict[str, Says] = {"/voice": twiml("<Say>ja</Say>"), "/fallback": twiml("<Say>Band</Say>")}
        async with ground(says, number=number) as (platform, provider):
            platform.broken["/voice"] = 1
            assert (await provider.ring(Caller(), to=OURS)).diary.heard == ["ja"]
            assert len({one.token for one in provider.exchanges}) == 1
            assert [one.attempt for one in provider.exchanges] == [1, 2]
            platform.broken["/voice"] = 2
            assert (await provider.ring(Caller(), to=OURS)).diary.heard == ["Band"]
            assert platform.forms("/fallback")[0]["ErrorCode"] == "11200"
            platform.broken |= {"/voice": 2, "/fallback": 2}
            outcome = await provider.ring(Caller(), to=OURS)
            assert outcome.diary.heard == []
            assert provider.latencies()["all"].server_errors == 7
            assert len(provider.alerts) == 2

    asyncio.run(run())


def test_webhook_without_response_is_an_alert() -> None:
    async def slow(form: dict[str, str]) -> str:
        await asyncio.sleep(1)
        return twiml("<Hangup/>")

    async def run() -> None:
        async with ground({"/voice": slow}, webhook_timeout=0.05) as (_, provider):
            await provider.ring(Caller(), to=OURS)
            assert [one.status for one in provider.exchanges if one.kind == "voice"] == [0, 0]

    asyncio.run(run())


def test_wrong_documents_are_noted() -> None:
    async def run() -> None:
        says: dict[str, Says] = {
            "/voice": twiml('<Say colour="red">x</Say><Enqueue waitUrl="/wait">q</Enqueue>'),
            "/wait": twiml(f"<Dial>{DESK}</Dial><Leave/>"),
        }
        async with ground(says, phones={DESK: Phone(busy=True)}) as (platform, provider):
            await provider.ring(Caller(), to=OURS)
            assert provider.violations == [
                "TwiML of voice /voice: <Say> has no attribute colour",
                "TwiML of wait /wait: <Dial> while waiting in a queue",
            ]
            platform.on("/voice", "<Response><Say>")
            await provider.ring(Caller(), to=OURS)
            assert "not well-formed" in provider.violations[-1]

    asyncio.run(run())
