"""The real client steers calls: rooms, hold, consult, hand-over, hang-up; and what is refused."""

from __future__ import annotations

import asyncio
import base64
import io
import wave
from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException

from demo.simulator import Caller, CallStep, Phone, Provider, voicemail
from tests.demo.simulator.ground import (
    ACCOUNT,
    DESK,
    OURS,
    PARTNER,
    TOKEN,
    Platform,
    Says,
    client,
    ground,
    rest,
    twiml,
    until,
)

EVENTS = "start end join leave hold"
SIGNED_IN = {"Authorization": f"Basic {base64.b64encode(f'{ACCOUNT}:{TOKEN}'.encode()).decode()}"}
QUEUE = twiml('<Enqueue waitUrl="/wait" action="/queue">q1</Enqueue>')


def room(label: str, more: str = "") -> str:
    noun = f'<Conference participantLabel="{label}" statusCallback="/room" statusCallbackEvent="{EVENTS}" {more}>'
    return twiml(f'<Dial action="/dialled">{noun}r1</Conference></Dial>')


CENTRE: dict[str, Says] = {
    "/voice": QUEUE,
    "/wait": twiml("<Play>/music.mp3</Play>"),
    "/queue": twiml("<Say>should not be heard</Say>"),
    "/caller": room("caller"),
    "/dialled": twiml("<Hangup/>"),
    "/handler": twiml('<Gather numDigits="1" action="/accept"><Say>1</Say></Gather><Hangup/>'),
    "/accept": room("handler"),
}


def events(platform: Platform) -> list[tuple[str, str]]:
    return [(form["StatusCallbackEvent"], form.get("ParticipantLabel", "")) for form in platform.forms("/room")]


async def connected(platform: Platform, provider: Provider, phone: Phone) -> tuple[Any, Any, str]:
    """A caller who waited and a handler who was rung, in one room."""
    provider.switch.phones = {**provider.switch.phones, DESK: phone}
    caller = provider.begin(Caller(talks=40), to=OURS)
    await until(lambda: platform.forms("/wait"))
    rests = client(provider)
    handler = await rest(
        rests.calls.create,
        to=DESK,
        from_=OURS,
        url=f"{platform.base}/handler",
        status_callback=f"{platform.base}/desk",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    await until(lambda: ("participant-join", "handler") in events(platform))
    await rest(rests.calls(caller.sid).update, url=f"{platform.base}/caller")
    await until(lambda: ("conference-start", "") in events(platform))
    return caller, rests, handler.sid


def test_from_the_queue_into_a_room_and_out_again() -> None:
    async def run() -> None:
        async with ground(CENTRE) as (platform, provider):
            caller, rests, handler = await connected(platform, provider, Phone())
            assert [form["QueueResult"] for form in platform.forms("/queue")] == ["redirected"]
            assert [one.status for one in provider.live_conferences()] == ["in-progress"]
            outcome = await caller.outcome()
            await provider.settled()
            assert "should not be heard" not in outcome.diary.heard
            assert outcome.diary.steps == [CallStep.RINGING, CallStep.WAITING, CallStep.CONNECTING, CallStep.TALKING]
            assert 40 <= outcome.diary.talked < 45
            assert events(platform) == [
                ("participant-join", "handler"),
                ("participant-join", "caller"),
                ("conference-start", ""),
                ("participant-leave", "caller"),
                ("participant-leave", "handler"),
                ("conference-end", ""),
            ]
            numbers = [form["SequenceNumber"] for form in platform.forms("/room")]
            assert numbers == [str(number) for number in range(6)]
            assert platform.forms("/room")[-1]["ReasonConferenceEnded"] == "last-participant-left"
            assert platform.forms("/room")[3]["ReasonParticipantLeft"] == "participant_hung_up"
            desk = platform.forms("/desk")
            assert [form["CallStatus"] for form in desk][:3] == ["initiated", "ringing", "in-progress"]
            assert [form["SequenceNumber"] for form in desk] == ["0", "1", "2", "3"]
            assert (await rest(rests.calls(handler).fetch)).status == "completed"
            assert provider.violations == []

    asyncio.run(run())


def test_hold_consult_and_hand_over() -> None:
    async def run() -> None:
        async with ground(CENTRE, phones={PARTNER: Phone(talks=30)}) as (platform, provider):
            caller, rests, handler = await connected(platform, provider, Phone())
            [conference] = await rest(rests.conferences.list, friendly_name="r1", status="in-progress")
            there = rests.conferences(conference.sid)
            held = await rest(there.participants("caller").update, hold=True, hold_url=f"{platform.base}/wait")
            assert held.hold is True
            partner = await rest(there.participants.create, from_=OURS, to=PARTNER, label="partner")
            assert partner.status in ("queued", "ringing")
            await until(lambda: ("participant-join", "partner") in events(platform))
            await rest(there.participants("caller").update, hold=False)
            labels = {one.label for one in await rest(there.participants.list)}
            assert labels == {"caller", "handler", "partner"}
            await rest(there.participants("handler").delete)
            await caller.outcome()
            await provider.settled()
            assert [event for event in events(platform) if event[0].endswith("hold")] == [
                ("participant-hold", "caller"),
                ("participant-unhold", "caller"),
            ]
            assert [form["CallSid"] for form in platform.forms("/dialled")] == [handler, caller.sid]
            assert provider.violations == []

    asyncio.run(run())


def test_a_room_that_ends_with_one_of_them() -> None:
    async def run() -> None:
        says = {**CENTRE, "/accept": room("handler", 'endConferenceOnExit="true"')}
        async with ground(says) as (platform, provider):
            caller, rests, handler = await connected(platform, provider, Phone())
            await rest(rests.calls(handler).update, status="completed")
            await caller.outcome()
            await provider.settled()
            left = [form for form in platform.forms("/room") if form["StatusCallbackEvent"] == "participant-leave"]
            reasons = [form["ReasonParticipantLeft"] for form in left]
            assert reasons == ["participant_hung_up", "moderator_ended_conference"]
            assert (
                platform.forms("/room")[-1]["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
            )

    asyncio.run(run())


def test_a_room_ended_over_rest() -> None:
    async def run() -> None:
        async with ground(CENTRE) as (platform, provider):
            caller, rests, _ = await connected(platform, provider, Phone())
            [conference] = await rest(rests.conferences.list)
            ended = await rest(rests.conferences(conference.sid).update, status="completed")
            assert (ended.status, ended.reason_conference_ended) == ("completed", "conference-ended-via-api")
            assert (await caller.outcome()).status == "completed"
            with pytest.raises(TwilioRestException) as refused:
                await rest(rests.conferences(conference.sid).participants("caller").update, hold=True)
            assert (refused.value.status, refused.value.code) == (404, 20404)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("phone", "statuses"),
    [
        (Phone(busy=True), ["initiated", "ringing", "busy"]),
        (Phone(answers_after=None), ["initiated", "ringing", "no-answer"]),
        (Phone(leaves_at=CallStep.MENU), ["initiated", "ringing", "in-progress", "completed"]),
        (voicemail(listens=3), ["initiated", "ringing", "in-progress", "completed"]),
        (None, ["initiated", "failed"]),
    ],
)
def test_a_desk_phone_that_does_not_come(phone: Phone | None, statuses: list[str]) -> None:
    async def run() -> None:
        phones = {DESK: phone} if phone else {}
        async with ground(CENTRE, phones=phones) as (platform, provider):
            every = ["initiated", "ringing", "answered", "completed"]
            there = {"url": f"{platform.base}/handler", "status_callback": f"{platform.base}/desk"}
            await rest(
                client(provider).calls.create, to=DESK, from_=OURS, timeout=20, status_callback_event=every, **there
            )
            await provider.settled()
            assert [form["CallStatus"] for form in platform.forms("/desk")] == statuses
            assert platform.forms("/accept") == []

    asyncio.run(run())


def test_a_partner_who_does_not_come_into_the_room() -> None:
    async def run() -> None:
        async with ground(CENTRE, phones={PARTNER: Phone(busy=True)}) as (platform, provider):
            caller, rests, _ = await connected(platform, provider, Phone())
            [conference] = await rest(rests.conferences.list)
            await rest(rests.conferences(conference.sid).participants.create, from_=OURS, to=PARTNER, label="partner")
            await until(lambda: ("participant-leave", "partner") in events(platform))
            form = next(form for form in platform.forms("/room") if form.get("ParticipantLabel") == "partner")
            assert (form["ReasonParticipantLeft"], form["ParticipantCallStatus"]) == ("participant_add_failed", "busy")
            caller.hang_up()
            await provider.settled()

    asyncio.run(run())


@pytest.mark.parametrize("step", [CallStep.CONNECTING, CallStep.ALONE, CallStep.TALKING])
def test_callers_who_leave_on_the_way_into_the_room(step: CallStep) -> None:
    async def run() -> None:
        async with ground(CENTRE) as (platform, provider):
            caller = provider.begin(Caller(leaves_at=step), to=OURS)
            await until(lambda: platform.forms("/wait"))
            if step == CallStep.TALKING:
                provider.switch.phones = {PARTNER: Phone()}
                there = client(provider).conferences("r1").participants
                await rest(there.create, from_=OURS, to=PARTNER)
                await until(lambda: provider.live_conferences()[0].present())
            await rest(client(provider).calls(caller.sid).update, url=f"{platform.base}/caller")
            outcome = await caller.outcome()
            assert outcome.diary.steps[-1] == step
            assert outcome.diary.rooms == ([] if step == CallStep.CONNECTING else ["r1"])
            assert len(platform.forms("/caller")) == 1

    asyncio.run(run())


def test_twiml_given_at_once_and_a_queue_member_redirected() -> None:
    async def run() -> None:
        async with ground(CENTRE) as (platform, provider):
            caller = provider.begin(Caller(), to=OURS)
            await until(lambda: platform.forms("/wait"))
            rests = client(provider)
            [queue] = await rest(rests.queues.list)
            assert (queue.friendly_name, queue.current_size) == ("q1", 1)
            [member] = await rest(rests.queues(queue.sid).members.list)
            assert (member.call_sid, member.position) == (caller.sid, 1)
            await rest(rests.calls(caller.sid).update, twiml=twiml("<Say>Adieu</Say>"))
            assert (await caller.outcome()).diary.heard[-1] == "Adieu"
            assert (await rest(rests.queues(queue.sid).fetch)).current_size == 0

    asyncio.run(run())


def test_what_state_forbids() -> None:
    async def run() -> None:
        async with ground({"/voice": twiml("<Hangup/>")}) as (platform, provider):
            outcome = await provider.ring(Caller(), to=OURS)
            rests = client(provider)
            call = rests.calls
            here = {"from_": OURS, "url": f"{platform.base}/x"}
            for wrong, code in [
                (lambda: call(outcome.sid).update(status="completed"), 21220),
                (lambda: call(outcome.sid).update(url=f"{platform.base}/x"), 21220),
                (lambda: call("CA" + "0" * 32).fetch(), 20404),
                (lambda: call("nonsense").fetch(), 20404),
                (lambda: call.create(to="0911", **here), 21211),
                (lambda: call.create(to=DESK, from_=PARTNER, url=here["url"]), 21210),
                (lambda: client(provider, "wrong").calls(outcome.sid).fetch(), 20003),
            ]:
                with pytest.raises(TwilioRestException) as refused:
                    await rest(wrong)
                assert refused.value.code == code
            assert provider.violations == []

    asyncio.run(run())


def test_what_its_form_forbids() -> None:
    async def run() -> None:
        async with ground({}) as (_, provider):
            path = f"{provider.base_url}/2010-04-01/Accounts/{ACCOUNT}"
            good = {"To": DESK, "From": OURS, "Url": "https://lotse.test/x"}
            async with aiohttp.ClientSession(headers=SIGNED_IN) as session:
                for place, form, status, code in [
                    ("Calls.json", {**good, "Colour": "red"}, 400, 20001),
                    ("Calls.json", {**good, "Method": "PUT"}, 400, 20001),
                    ("Calls.json", {**good, "Timeout": "long"}, 400, 20001),
                    ("Calls.json", {**good, "Url": "/x"}, 400, 20001),
                    ("Calls.json", {**good, "StatusCallbackEvent": "ended"}, 400, 21626),
                    ("Calls.json", {"From": OURS, "Url": "https://lotse.test/x"}, 400, 21201),
                    ("Calls.json", {"From": OURS, "To": DESK}, 400, 21205),
                    ("Messages.json", {"To": DESK, "From": OURS}, 400, 21602),
                    ("Faxes.json", {}, 404, 20404),
                ]:
                    async with session.post(f"{path}/{place}", data=form) as response:
                        body = await response.json()
                        assert (response.status, body["status"], body["code"]) == (status, status, code)
                        assert set(body) == {"code", "message", "more_info", "status"}
            assert len(provider.violations) == 9
            assert provider.calls() == []

    asyncio.run(run())


def test_failures_on_demand() -> None:
    async def run() -> None:
        async with ground({"/x": twiml("<Hangup/>")}, phones={"*": Phone}) as (platform, provider):
            create = client(provider).calls.create
            form = {"to": DESK, "from_": OURS, "url": f"{platform.base}/x"}
            for status, code in [(429, 20429), (500, 20500)]:
                provider.fail_next("POST", "/Calls", status=status)
                with pytest.raises(TwilioRestException) as refused:
                    await rest(create, **form)
                assert (refused.value.status, refused.value.code) == (status, code)
            assert (await rest(create, **form)).status == "queued"
            assert len(provider.calls()) == 1
            provider.fail_next(hang=0.1, status=0)
            start = asyncio.get_running_loop().time()
            await rest(create, **form)
            assert asyncio.get_running_loop().time() - start >= 0.1
            await provider.settled()

    asyncio.run(run())


def test_calls_start_one_a_second() -> None:
    async def run() -> None:
        async with ground({}, phones={"*": Phone(busy=True)}, calls_per_second=1.0, scale=20.0) as (_, provider):
            create = client(provider).calls.create
            for _ in range(4):
                await rest(create, to=DESK, from_=OURS, twiml=twiml("<Hangup/>"))
            start = provider.clock.seconds()
            await provider.settled()
            assert 2 <= provider.clock.seconds() - start < 6

    asyncio.run(run())


def test_recordings_and_pages() -> None:
    async def run() -> None:
        async with ground({"/voice": twiml('<Record action="/x"/>'), "/x": twiml("<Hangup/>")}) as (_, provider):
            outcomes = [await provider.ring(Caller(), to=OURS) for _ in range(3)]
            rests = client(provider)
            recording = await rest(rests.recordings(outcomes[0].diary.recordings[0]).fetch)
            assert (recording.call_sid, recording.status) == (outcomes[0].sid, "completed")
            async with (
                aiohttp.ClientSession(headers=SIGNED_IN) as session,
                session.get(f"{recording.media_url}.wav") as got,
            ):
                with wave.open(io.BytesIO(await got.read())) as sound:
                    assert sound.getnframes() > 0
            async with aiohttp.ClientSession() as session, session.get(f"{recording.media_url}.wav") as got:
                assert got.status == 401
            await rest(rests.recordings(recording.sid).delete)
            with pytest.raises(TwilioRestException):
                await rest(rests.recordings(recording.sid).fetch)
            sids = [call.sid for call in await rest(rests.calls.list, page_size=2, status="completed")]
            assert sids == [one.sid for one in reversed(outcomes)]

    asyncio.run(run())


def test_another_account_is_not_ours() -> None:
    async def run() -> None:
        async with ground({}) as (_, provider), aiohttp.ClientSession(headers=SIGNED_IN) as session:
            async with session.get(f"{provider.base_url}/2010-04-01/Accounts/AC{'1' * 32}/Calls.json") as got:
                assert got.status == 404

    asyncio.run(run())
