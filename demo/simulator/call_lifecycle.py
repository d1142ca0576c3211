"""The three kinds of call, from the first ring to the end, each as one coroutine."""

from __future__ import annotations

from demo.simulator.calls import DocumentSource, Interrupted, Leg
from demo.simulator.people import CallStep
from demo.simulator.resources import Number
from demo.simulator.rooms import Participant, Room
from demo.simulator.verbs import Reader


async def inbound(leg: Leg, number: Number) -> None:
    """Somebody rings one of our numbers."""
    leg.switch.advance(leg.call, "ringing")
    leg.enter(CallStep.RINGING)
    await _follow(leg, DocumentSource("voice", number.voice_url, fallback=number.fallback_url))


async def outbound(leg: Leg, first: DocumentSource, timeout: float) -> None:
    """The platform rings somebody, who then hears its document. ``timeout``: simulated seconds of ringing."""
    await leg.switch.turn()
    try:
        if await leg.rings(timeout):
            await _follow(leg, first)
    except Interrupted:
        pass
    leg.over()


async def into_room(leg: Leg, room: Room, participant: Participant, timeout: float) -> None:
    """A participant added over REST: no document, the room is all there is."""
    await leg.switch.turn()
    try:
        participant.status = "ringing"
        if await leg.rings(timeout) and room.live:
            await leg.stay_in(room, participant)
    except Interrupted:
        pass
    if not participant.left.done():
        room.failed(participant)
    leg.over()


async def _follow(leg: Leg, source: DocumentSource | None) -> None:
    """Follow documents until the end; an interruption may lead to another one."""
    while source is not None and leg.call.live:
        try:
            source = await Reader(leg).play(source)
        except Interrupted as interrupted:
            source = interrupted.source
    leg.over()
