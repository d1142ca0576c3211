"""Push to 500 open pages: a change reaches all sockets of a centre, each exactly once.

Compared: a message given to the channel layer as the relay gives it, to 500 sockets of signed-in people on the real
web, with one server that broadcasts the same bytes to as many sockets of the same kind, without channels, Valkey or
sessions. The time from the giving to each arrival; a message is given when all have the one before.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from statistics import quantiles

from channels_redis.pubsub import RedisPubSubChannelLayer

from benchmarks.measure import Bench, Comparison, Goal, Line, Wrong, line
from benchmarks.place import Scale
from benchmarks.staff import handler
from benchmarks.websocket import TEXT, Listener, listen
from foundation.accounts.push_groups import organisation_group
from supervisor import process
from supervisor.preparation import CHECKOUT
from supervisor.tree import free_port

SOCKETS = 500
MESSAGES = 10
SESSIONS = 8
PATIENCE = 60.0
Give = Callable[[str], Awaitable[None]]


def measure(bench: Bench) -> Iterator[Line]:
    middle, slowest = asyncio.run(_compare(bench.small, bench.rounds))
    path = f"push to {SOCKETS} sockets"
    yield line(f"{path}, p50", "a raw broadcast", middle, Goal(4))
    yield line(f"{path}, p99", "a raw broadcast", slowest, Goal(7))


async def _compare(scale: Scale, rounds: int) -> tuple[Comparison, Comparison]:
    """Of the medians and of the 99th percentiles. Raises Wrong for a message that is missing or comes twice."""
    port = free_port(0)
    command = [sys.executable, "-m", "benchmarks.broadcast", str(port)]
    raw = process.start("broadcast", command, environment=scale.place.given, directory=CHECKOUT)
    try:
        theirs, give_theirs = await _raw(port)
        ours, give_ours = await _ours(scale)
        middle, slowest = Comparison("s"), Comparison("s")
        for number in range(rounds + 1):
            before = await _round(theirs, give_theirs)
            between = await _round(ours, give_ours)
            after = await _round(theirs, give_theirs)
            if number:  # the first one warms up
                middle.add(before[0], between[0], after[0])
                slowest.add(before[1], between[1], after[1])
        for listener in [*theirs, *ours]:
            listener.transport.close()
        return middle, slowest
    finally:
        raw.stop()


async def _raw(port: int) -> tuple[list[Listener], Give]:
    while True:
        try:
            speaker = await listen(port)
            break
        except OSError:
            await asyncio.sleep(0.1)
    listeners = [await listen(port) for _socket in range(SOCKETS)]

    async def give(key: str) -> None:
        speaker.send(TEXT, json.dumps({"changed": key, "kind": "contact"}).encode())

    return listeners, give


async def _ours(scale: Scale) -> tuple[list[Listener], Give]:
    cookies = [scale.browser(handler(number)).cookie for number in range(SESSIONS)]
    listeners = [await listen(scale.port, cookies[number % SESSIONS]) for number in range(SOCKETS)]
    await _until_each_has(listeners, 1)  # each was told that it is ready
    url = scale.place.embedded.valkey.url
    layer = RedisPubSubChannelLayer(hosts=[url], prefix=scale.database)

    async def give(key: str) -> None:
        await layer.group_send(organisation_group(scale.centre), {"type": "changed", "id": key, "kind": "contact"})

    return listeners, give


async def _round(listeners: list[Listener], give: Give) -> tuple[float, float]:
    """Median and 99th percentile of all arrivals of all messages, in seconds."""
    times: list[float] = []
    for listener in listeners:
        listener.arrived.clear()
    for number in range(1, MESSAGES + 1):
        given = time.perf_counter()
        await give(str(uuid.uuid4()))
        await _until_each_has(listeners, number)
        times += [listener.arrived[-1] - given for listener in listeners]
    await asyncio.sleep(0.3)  # for what would come twice
    if any(len(listener.arrived) != MESSAGES for listener in listeners):
        raise Wrong(f"{sum(len(listener.arrived) for listener in listeners)} arrivals of {SOCKETS * MESSAGES}")
    parts = quantiles(times, n=100)
    return parts[49], parts[98]


async def _until_each_has(listeners: list[Listener], arrivals: int) -> None:
    until = time.monotonic() + PATIENCE
    while any(len(listener.arrived) < arrivals for listener in listeners):
        if time.monotonic() > until or any(listener.is_lost for listener in listeners):
            raise Wrong(f"{sum(len(listener.arrived) >= arrivals for listener in listeners)} of {SOCKETS} heard it")
        await asyncio.sleep(0.002)
