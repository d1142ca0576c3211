"""One coroutine per call leg: rings, follows TwiML, is interrupted by the person or over REST, ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from demo.simulator.people import CallStep, Person, Phone
from demo.simulator.resources import ENDED, Call, Callback
from demo.simulator.rooms import HUNG_UP, Participant, Room
from demo.simulator.switch import Switch
from demo.simulator.twiml import NotTwiML, TwimlElement, check, parse
from demo.simulator.webhooks import WebhookResponse

Result = TypeVar("Result")
#: Content types that are read as TwiML; anything else is error 12300.
XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
#: Real seconds that a request under way gets to end before an interruption takes effect. It keeps the order of what the
#: platform sees as it was meant, where the platform is not slow.
GRACE_SECONDS = 1.0


@dataclass(frozen=True)
class DocumentSource:
    """Where the next document comes from. ``kind`` names the request in the records."""

    kind: str
    url: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"
    fallback: str = ""
    twiml: str = ""

    def to(self, kind: str, url: str, method: str = "POST", **parameters: str) -> DocumentSource:
        """From this document on to another; an empty address leads to the same one."""
        return DocumentSource(kind, urljoin(self.url, url), parameters, method or "POST", self.fallback)


@dataclass
class Interrupted(Exception):
    """The running verb was interrupted. ``source``: the next document; None: the call has ended."""

    source: DocumentSource | None


@dataclass
class Diary:
    """What the person at the telephone heard and did. Seconds are simulated."""

    steps: list[CallStep] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)  # texts, and addresses of sounds
    pressed: list[str] = field(default_factory=list)
    queue_results: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)
    waited: float = 0.0  # in queues
    talked: float = 0.0  # in rooms that had started


class Leg:
    """The connection between the provider and one phone."""

    def __init__(self, switch: Switch, call: Call, person: Person) -> None:
        self.switch = switch
        self.call = call
        self.person = person
        self.diary = Diary()
        self.gathers = 0  # so far, outside of queues
        self.step: CallStep | None = None
        self._timer: asyncio.Task[None] | None = None
        self._pending: Interrupted | None = None
        self._interrupted = asyncio.Event()
        self._since = 0.0

    # How it rings and ends

    async def bridge(self, parent: Leg, timeout: float) -> None:
        """The other leg of a <Dial>: talks with the parent until one of them hangs up."""
        try:
            if await self.rings(timeout):
                self.enter(CallStep.TALKING)
                parent.enter(CallStep.TALKING)
                await self.race(asyncio.Event().wait())
        except Interrupted:
            pass
        self.over()

    async def rings(self, timeout: float) -> bool:
        """Whether somebody answers. ``timeout``: simulated seconds."""
        phone = self.person
        self.switch.advance(self.call, "initiated")
        if not isinstance(phone, Phone):
            self.end("failed")
            return False
        self.switch.advance(self.call, "ringing")
        self.enter(CallStep.RINGING)
        if phone.busy or phone.leaves_at == CallStep.RINGING:
            await self.pause(1)
            self.end("busy")
        elif phone.answers_after is None or phone.answers_after > timeout:
            await self.pause(timeout)
            self.end("no-answer")
        else:
            await self.pause(phone.answers_after)
            self.answer()
        return self.call.live

    def answer(self) -> None:
        if self.call.status == "ringing":
            self.switch.advance(self.call, "in-progress")

    def over(self) -> None:
        """End the leg and send the final callback, once."""
        self._leave_step()
        self._stop_timer()
        if self.call.live:
            self.end("completed")
        if self.call.sid in self.switch.legs:
            del self.switch.legs[self.call.sid]
            self.switch.tell(self.call)

    # How it is interrupted

    def hang_up(self) -> None:
        """By the person. A caller who has not been answered leaves "no-answer"."""
        self.end("completed" if self.call.status == "in-progress" else "no-answer")

    def end(self, status: str) -> None:
        """End the call; what is running is interrupted afterwards."""
        assert status in ENDED
        if self.call.live:
            self.call.advance(status, self.switch.clock.seconds())
            self._interrupt(Interrupted(None))

    def redirect(self, source: DocumentSource) -> None:
        """Redirect over REST: interrupts what is running and continues there."""
        if self.call.live:
            self._interrupt(Interrupted(source))

    def _interrupt(self, interrupted: Interrupted) -> None:
        self._pending = interrupted
        self._interrupted.set()

    def check_interrupted(self) -> None:
        if self._pending:
            pending = self._pending
            self._pending = None
            self._interrupted.clear()
            raise pending

    # What verbs use

    async def pause(self, seconds: float) -> None:
        await self.race(asyncio.sleep(self.switch.clock.real(seconds)))

    async def race(self, thing: Awaitable[Result], grace: float = 0.0) -> Result:
        """Waits for the thing, or raises Interrupted. A request gets ``grace`` and is not broken off."""
        work = asyncio.ensure_future(thing)
        interrupted = asyncio.ensure_future(self._interrupted.wait())
        try:
            await asyncio.wait({work, interrupted}, return_when=asyncio.FIRST_COMPLETED)
            if self._pending and not work.done() and grace:
                await asyncio.wait({work}, timeout=grace)
        finally:
            interrupted.cancel()
            if not work.done() and not grace:
                work.cancel()
        self.check_interrupted()
        return work.result()

    async def ask(self, source: DocumentSource) -> WebhookResponse | None:
        """The platform's answer to a control request with the standard parameters."""
        form = self.call.parameters(self.switch.account.sid) | dict(source.parameters)
        return await self.switch.webhooks.control(source.kind, source.url, form, source.method, source.fallback)

    async def document(self, source: DocumentSource, *, waiting: bool = False) -> TwimlElement:
        """The document, checked. Without a readable one the call ends ("an application error has occurred")."""
        self.check_interrupted()
        if source.twiml:
            return self._read(source, source.twiml, waiting)
        answer = await self.race(self.ask(source), GRACE_SECONDS)
        if self.step in (CallStep.RINGING, CallStep.CONNECTING) and self.step == self.person.leaves_at:
            self.hang_up()
            self.check_interrupted()
        if answer is None:
            raise self._application_error()
        if answer.content_type not in XML_TYPES:
            self._violation(source, f"12300 content type {answer.content_type}")
        return self._read(source, answer.body.decode(errors="replace"), waiting)

    def _read(self, source: DocumentSource, xml: str, waiting: bool) -> TwimlElement:
        self.check(source, xml, waiting=waiting)
        try:
            return parse(xml)
        except NotTwiML:
            raise self._application_error() from None

    def check(self, source: DocumentSource, xml: str, *, waiting: bool) -> None:
        for problem in check(xml, waiting=waiting):
            self._violation(source, problem)

    def _violation(self, source: DocumentSource, problem: str) -> None:
        self.switch.webhooks.violations.append(f"TwiML of {source.kind} {urlsplit(source.url).path}: {problem}")

    def unplayed(self, source: DocumentSource, verb: TwimlElement) -> None:
        self._violation(source, f"<{verb.name}> is not played by the simulator")

    def _application_error(self) -> Interrupted:
        self.answer()
        self.end("completed" if self.call.status == "in-progress" else "failed")
        self._pending = None
        self._interrupted.clear()
        return Interrupted(None)

    def enter(self, step: CallStep) -> None:
        """Set the person's step, and the time after which the person hangs up."""
        if step == self.step:
            return
        self._leave_step()
        self._stop_timer()
        self.step = step
        self._since = self.switch.clock.seconds()
        self.diary.steps.append(step)
        patience = self.person.patience_at(step)
        if patience is not None and step == CallStep.TALKING:
            patience -= self.diary.talked
        if patience is not None and self.call.live:
            self._timer = asyncio.ensure_future(self._leave_after(patience))

    def _leave_step(self) -> None:
        seconds = self.switch.clock.seconds() - self._since
        if self.step == CallStep.WAITING:
            self.diary.waited += seconds
        if self.step == CallStep.TALKING:
            self.diary.talked += seconds
        self.step = None

    async def _leave_after(self, seconds: float) -> None:
        await self.switch.clock.sleep(seconds)
        self._timer = None
        self.hang_up()

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    async def stay_in(self, room: Room, participant: Participant) -> str:
        """Joins, and stays until the participant is out for whatever reason, which is returned. Raises Interrupted."""
        self.diary.rooms.append(room.name)
        room.join(participant)
        try:
            while not participant.left.done():
                self.enter(_step_in(room, participant))
                await self.race(_either(room.changed, participant.left))
            return participant.left.result()
        except Interrupted as interrupted:
            room.leave(participant, "participant_updated_via_api" if interrupted.source else HUNG_UP)
            raise
        finally:
            self._leave_step()
            self._stop_timer()


def _step_in(room: Room, participant: Participant) -> CallStep:
    """Who is on hold hears music, and cannot know that nobody else is there."""
    if room.status == "init":
        return CallStep.ALONE
    return CallStep.TALKING if participant.hold or len(room.present()) > 1 else CallStep.LEFT


async def _either(changed: asyncio.Event, left: asyncio.Future[str]) -> None:
    waiting = asyncio.ensure_future(changed.wait())
    left.add_done_callback(lambda _: waiting.cancel())
    try:
        await waiting
    except asyncio.CancelledError:
        if not left.done():
            waiting.cancel()
            raise


def new_call(
    switch: Switch, from_: str, to: str, direction: str, callback: Callback, parent: str | None = None
) -> Call:
    call = Call(switch.account.new_sid("CA"), from_, to, direction, callback, parent)
    switch.account.calls[call.sid] = call
    return call
