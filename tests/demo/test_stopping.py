"""Simulated calls that somebody stops: all callers hang up, and the platform is notified of each."""

from __future__ import annotations

import asyncio

import pytest

from demo.calling import Plan, play
from demo.simulator import Caller, CallStep
from tests.demo.simulator.ground import ACCOUNT, OURS, TOKEN, Platform, ground, twiml

QUEUE = twiml('<Enqueue waitUrl="/wait" action="/queue">q1</Enqueue>')
WAIT = twiml("<Play>/music.mp3</Play>")


def test_all_hang_up_wherever_they_are() -> None:
    async def run() -> None:
        async with ground({"/voice": QUEUE, "/wait": WAIT}) as (platform, provider):
            calls = [provider.begin(Caller(patience=5000, number=f"+499115550{n}"), to=OURS) for n in range(4)]
            while calls[0].leg.step != CallStep.WAITING:
                await asyncio.sleep(0.01)
            calls.append(provider.begin(Caller(patience=5000), to=OURS))
            await provider.hang_up()
            assert provider.live_calls() == []
            told = {form["CallSid"]: form["CallStatus"] for form in platform.forms("/status")}
            assert set(told) >= {call.sid for call in calls[:4]}  # the last one may have been too quick
            assert set(told.values()) <= {"completed", "no-answer"}

    asyncio.run(run())


def test_a_stopped_command_leaves_nobody_in_the_queue() -> None:
    async def run() -> None:
        platform = Platform()
        platform.on("/telephone/voice/", QUEUE)
        platform.on("/telephone/status/", None)
        async with platform.serving():
            work = asyncio.ensure_future(_play(platform.base))
            while len(platform.forms("/telephone/voice/")) < 3:
                await asyncio.sleep(0.01)
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
            began = {form["CallSid"] for form in platform.forms("/telephone/voice/")}
            assert {form["CallSid"] for form in platform.forms("/telephone/status/")} >= began

    asyncio.run(run())


async def _play(base: str) -> object:
    plan = Plan(calls=500, rate=20, scale=1, seed=1, hang_ups=0, callbacks=0, duplicates=0, disorder=0)
    free = "http://127.0.0.1:8319"
    values = {"account": ACCOUNT, "token": TOKEN, "api_url": free, "public_url": base, "number": OURS}
    return await play(plan, say=lambda text: None, **values)
