"""Faults of the provider, random and on demand: responses, recordings, lost callbacks."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException

from demo.simulator import Caller, Faults, Phone, Provider
from tests.demo.simulator.ground import DESK, OURS, PARTNER, TOKEN, client, ground, rest, twiml, until
from tests.demo.simulator.test_rest import CENTRE, SIGNED_IN, connected, events

HANG_UP = {"/x": twiml("<Hangup/>")}
MAILBOX = {
    "/voice": twiml(
        '<Record action="/left" recordingStatusCallback="/recording" recordingStatusCallbackEvent="completed absent"/>'
    ),
    "/left": twiml("<Hangup/>"),
}


async def dial(provider: Provider, base: str) -> Any:
    return await rest(client(provider).calls.create, to=DESK, from_=OURS, url=f"{base}/x")


@pytest.mark.parametrize(
    ("faults", "status", "calls"),
    [
        (Faults(failed=1), 500, 0),
        (Faults(accepted=1), 500, 1),
        (Faults(unauthorised=1), 401, 0),
        (Faults(too_many=1), 429, 0),
    ],
)
def test_failed_answers_by_chance(faults: Faults, status: int, calls: int) -> None:
    async def run() -> None:
        async with ground(HANG_UP, phones={"*": Phone}, faults=faults) as (platform, provider):
            with pytest.raises(TwilioRestException) as refused:
                await dial(provider, platform.base)
            assert refused.value.status == status
            assert len(provider.calls()) == calls
            assert provider.violations == []
            await provider.settled()

    asyncio.run(run())


def test_slow_answers_to_what_is_done_at_once_or_late() -> None:
    async def run() -> None:
        faults = Faults(slow=1, slow_by=0.3)
        async with ground(HANG_UP, phones={"*": Phone}, faults=faults, seed=3) as (platform, provider):
            seen = set()
            for number in range(1, 9):
                start, work = time.monotonic(), asyncio.ensure_future(dial(provider, platform.base))
                await asyncio.sleep(0.06)
                seen.add(len(provider.calls()) == number)
                await work
                assert time.monotonic() - start >= 0.09
                assert len(provider.calls()) == number
            assert seen == {True, False}
            assert sum(provider.luck.happened.values()) == 8
            await provider.settled()

    asyncio.run(run())


def test_done_on_demand_and_answered_otherwise() -> None:
    async def run() -> None:
        async with ground(HANG_UP, phones={"*": Phone}) as (platform, provider):
            provider.fail_next("POST", "/Calls", status=500, is_done=True)
            with pytest.raises(TwilioRestException):
                await dial(provider, platform.base)
            provider.fail_next("POST", "/Calls", status=0, is_done=True, hang=0.2)
            work = asyncio.ensure_future(dial(provider, platform.base))
            await until(lambda: len(provider.calls()) == 2)
            assert not work.done()
            await work
            await provider.settled()

    asyncio.run(run())


async def sound_of(provider: Provider, sid: str) -> int:
    account = provider.account.sid
    url = f"{provider.base_url}/2010-04-01/Accounts/{account}/Recordings/{sid}.wav"
    async with aiohttp.ClientSession(headers=SIGNED_IN) as session, session.get(url) as got:
        return got.status


def test_a_sound_that_comes_late() -> None:
    async def run() -> None:
        async with ground(MAILBOX, faults=Faults(late_sound=1, late_by=0.5)) as (platform, provider):
            outcome = await provider.ring(Caller(speaks=9), to=OURS)
            [sid] = outcome.diary.recordings
            assert platform.forms("/left")
            assert platform.forms("/recording") == []
            assert await sound_of(provider, sid) == 404
            assert (await rest(client(provider).recordings(sid).fetch)).status == "processing"
            assert provider.undeleted() == []
            [told] = await until(lambda: platform.forms("/recording"))
            assert told["RecordingStatus"] == "completed"
            assert await sound_of(provider, sid) == 200
            assert [one.sid for one in provider.undeleted()] == [sid]
            await rest(client(provider).recordings(sid).delete)
            assert provider.undeleted() == []

    asyncio.run(run())


def test_a_sound_that_never_comes() -> None:
    async def run() -> None:
        async with ground(MAILBOX, faults=Faults(no_sound=1, late_by=0.1)) as (platform, provider):
            outcome = await provider.ring(Caller(speaks=9), to=OURS)
            [told] = await until(lambda: platform.forms("/recording"))
            assert told["RecordingStatus"] == "absent"
            assert await sound_of(provider, outcome.diary.recordings[0]) == 404

    asyncio.run(run())


def test_lost_notices_of_ends() -> None:
    async def run() -> None:
        async with ground(CENTRE, faults=Faults(lost_ends=1)) as (platform, provider):
            caller, _rests, _handler = await connected(platform, provider, Phone())
            await caller.outcome()
            await provider.settled()
            told = [form["CallStatus"] for form in platform.forms("/desk")] + [name for name, _who in events(platform)]
            assert "participant-join" in told
            assert not {"completed", "participant-leave", "conference-end"} & set(told)
            assert platform.forms("/status") == []

    asyncio.run(run())


def test_calls_are_found_by_number_and_time_and_participants_by_label() -> None:
    async def run() -> None:
        async with ground(CENTRE, phones={PARTNER: Phone}) as (platform, provider):
            caller, rests, handler = await connected(platform, provider, Phone())
            room = provider.live_conferences()[0]
            found = await rest(rests.calls.list, to=DESK, from_=OURS)
            assert [(one.sid, one.status) for one in found] == [(handler, "in-progress")]
            created = found[0].date_created
            assert await rest(rests.calls.list, to=DESK, start_time_after=created.replace(year=created.year - 1))
            assert not await rest(rests.calls.list, to=DESK, start_time_after=created.replace(year=created.year + 1))
            assert await rest(rests.calls.list, to=DESK, start_time_after=created.date())
            here = rests.conferences(room.sid).participants
            assert (await rest(here("handler").fetch)).call_sid == handler
            with pytest.raises(TwilioRestException) as unknown:
                await rest(here("nobody").fetch)
            assert unknown.value.status == 404
            caller.hang_up()
            await provider.settled()

    asyncio.run(run())


def test_a_room_ends_with_whom_it_was_bound_to_later() -> None:
    async def run() -> None:
        async with ground(CENTRE) as (platform, provider):
            caller, rests, handler = await connected(platform, provider, Phone())
            room = provider.live_conferences()[0]
            await rest(rests.conferences(room.sid).participants("handler").update, end_conference_on_exit=True)
            await rest(rests.calls(handler).update, status="completed")
            await until(lambda: not room.live)
            assert room.reason == "participant-with-end-conference-on-exit-left"
            await caller.outcome()
            await provider.settled()

    asyncio.run(run())


@pytest.mark.parametrize(("kind", "wrong"), [("audio/mpeg", 0), ("application/octet-stream", 1), ("text/html", 1)])
def test_only_audio_content_is_played(kind: str, wrong: int) -> None:
    async def run() -> None:
        async with ground({"/voice": twiml("<Play>/a.mp3</Play><Play>/a.mp3</Play>")}) as (platform, provider):
            platform.sound = kind
            await provider.ring(Caller(), to=OURS)
            assert [text.split(", ")[0] for text in provider.violations] == ["<Play> /a.mp3: 12300"] * wrong

    asyncio.run(run())


def test_what_is_to_be_played_must_be_there() -> None:
    async def run() -> None:
        async with ground({"/voice": twiml("<Gather><Play>/none.wav</Play></Gather>")}) as (_platform, provider):
            await provider.ring(Caller(), to=OURS)
            assert provider.violations == ["<Play> /none.wav: 11200, answered 204 with 0 bytes"]

    asyncio.run(run())


def test_the_same_seed_brings_the_same_faults() -> None:
    drawn = []
    for _ in range(2):
        luck = Provider("AC" + "0" * 32, TOKEN, {}, faults=Faults.of(0.1), seed=5).luck
        drawn.append([luck.trouble() for _request in range(200)])
    assert drawn[0] == drawn[1]
    assert len(set(drawn[0])) == 7


def test_what_is_done_late_is_done_though_nobody_waits_for_it() -> None:
    async def run() -> None:
        async with ground(HANG_UP, phones={"*": Phone}) as (platform, provider):
            provider.fail_next("POST", "/Calls", status=0, hang=0.3)
            url = f"{provider.base_url}/2010-04-01/Accounts/{provider.account.sid}/Calls.json"
            form, patience = {"To": DESK, "From": OURS, "Url": f"{platform.base}/x"}, aiohttp.ClientTimeout(0.1)
            async with aiohttp.ClientSession(headers=SIGNED_IN, timeout=patience) as session:
                with pytest.raises(TimeoutError):
                    await session.post(url, data=form)
            assert provider.calls() == []
            await until(provider.calls)
            await provider.settled()

    asyncio.run(run())
