"""What each TwiML verb does to a call. Rules: the provider's reference page of the verb, docs/voice/twiml/..."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum, auto
from urllib.parse import urljoin

from demo.simulator.calls import GRACE_SECONDS, Diary, DocumentSource, Interrupted, Leg, new_call
from demo.simulator.people import CallStep, Person
from demo.simulator.resources import Callback, Member, Queue, Recording
from demo.simulator.rooms import Participant, Room
from demo.simulator.twiml import TwimlElement

#: How long things take that say nothing about it, in simulated seconds.
SECONDS_A_WORD = 0.4
SOUND_SECONDS = 5.0
ROUND_SECONDS = 1.0
#: A loop of 0 plays "until the call is hung up"; the provider stops at a thousand.
FOREVER = 1000
KEYS = "0123456789*#"


class Stop(Enum):
    HANG_UP = auto()
    LEAVE = auto()  # the queue


#: After a verb: another document, an end, or None: the next verb.
Next = DocumentSource | Stop | None


class Reader:
    """Plays documents to one leg. ``queue`` is set while the person waits in one."""

    def __init__(self, leg: Leg, queue: QueueWait | None = None) -> None:
        self.leg = leg
        self.queue = queue
        self.verbs: dict[str, Callable[[TwimlElement, DocumentSource], Awaitable[Next]]] = {
            "Say": self.say,
            "Play": self.say,
            "Pause": self.say,
            "Gather": self.gather,
            "Enqueue": self.enqueue,
            "Dial": self.dial,
            "Record": self.record,
            "Redirect": self.redirect,
            "Reject": self.reject,
            "Hangup": self.hang_up,
            "Leave": self.leave,
        }

    @property
    def diary(self) -> Diary:
        return self.leg.diary

    async def play(self, source: DocumentSource) -> DocumentSource | None:
        """The document from there, and the one it leads to; None: the call is over."""
        document = await self.leg.document(source)
        after = await self.follow(document, source)
        return after if isinstance(after, DocumentSource) else None

    async def follow(self, document: TwimlElement, source: DocumentSource) -> Next:
        for verb in document.children:
            if verb.name != "Reject":
                self.leg.answer()
            if verb.name not in self.verbs:
                self.leg.unplayed(source, verb)
                continue
            if self.queue is None and verb.name not in ("Enqueue", "Dial", "Record"):
                self.leg.enter(CallStep.MENU)
            after = await self.verbs[verb.name](verb, source)
            if after is not None:
                return after
        return None

    async def say(self, node: TwimlElement, source: DocumentSource) -> Next:
        if node.name != "Pause":
            self.diary.heard.append(_text(node, source))
        await self._fetch_sounds([node], source)
        await self.leg.pause(_length(node))
        return None

    async def _fetch_sounds(self, nodes: Sequence[TwimlElement], source: DocumentSource) -> None:
        for node in nodes:
            if node.name == "Play" and node.text:
                await self.leg.race(self.leg.switch.webhooks.sound(_text(node, source)), GRACE_SECONDS)

    async def gather(self, node: TwimlElement, source: DocumentSource) -> Next:
        """A key cuts prompts short. Without one it falls through, unless actionOnEmptyResult says otherwise."""
        self.diary.heard += [_text(prompt, source) for prompt in node.children if prompt.name != "Pause"]
        await self._fetch_sounds(node.children, source)
        pressed = self._pressed(urljoin(source.url, node.get("action")))
        if pressed:
            await self.leg.pause(self.leg.person.thinks)
            self.diary.pressed.append(pressed)
        digits, finished = _gathered(node, pressed)
        if not finished:  # time is up
            prompts = 0.0 if pressed else sum(_length(prompt) for prompt in node.children)
            await self.leg.pause(prompts + node.number("timeout", 5))
        if not digits and not node.flag("actionOnEmptyResult", False):
            return None
        more = {"Digits": digits} | ({"FinishedOnKey": finished} if finished and finished in KEYS else {})
        return source.to("gather", node.get("action"), node.get("method"), **more)

    def _pressed(self, action: str) -> str:
        if self.queue:
            return self.leg.person.press_waiting(self.queue.seconds(), action)
        self.leg.gathers += 1
        return self.leg.person.press(self.leg.gathers - 1, action)

    async def redirect(self, node: TwimlElement, source: DocumentSource) -> Next:
        return source.to("redirect", node.text, node.get("method"))

    async def hang_up(self, node: TwimlElement, source: DocumentSource) -> Next:
        return Stop.HANG_UP

    async def leave(self, node: TwimlElement, source: DocumentSource) -> Next:
        return Stop.LEAVE if self.queue else None

    async def reject(self, node: TwimlElement, source: DocumentSource) -> Next:
        """The call is never answered. Which status "rejected" leaves is undocumented: "no-answer" is assumed."""
        self.leg.end("busy" if node.get("reason") == "busy" else "no-answer")
        raise Interrupted(None)

    # A mailbox

    async def record(self, node: TwimlElement, source: DocumentSource) -> Next:
        """Silence makes no recording, and the next verb follows."""
        seconds = min(self.leg.person.speaks, node.number("maxLength", 3600))
        self.leg.enter(CallStep.RECORDING)
        start = self.leg.switch.clock.seconds()
        try:
            await self.leg.pause(seconds + (node.number("timeout", 5) if seconds == self.leg.person.speaks else 0))
        except Interrupted as interrupted:
            spoken = min(seconds, self.leg.switch.clock.seconds() - start)
            if spoken and not interrupted.source:
                await self.leg.ask(self._recorded(node, source, spoken, "hangup"))
            raise
        return self._recorded(node, source, seconds, "") if seconds else None

    def _recorded(self, node: TwimlElement, source: DocumentSource, seconds: float, digits: str) -> DocumentSource:
        recording = Recording(self.leg.switch.account.new_sid("RE"), self.leg.call.sid, max(1, round(seconds)))
        events = frozenset(node.get("recordingStatusCallbackEvent", "completed").split())
        url = _address(source, node.get("recordingStatusCallback"))
        self.leg.switch.keep(recording, Callback(url, events, node.get("recordingStatusCallbackMethod", "POST")))
        self.diary.recordings.append(recording.sid)
        about = {
            "RecordingSid": recording.sid,
            "RecordingUrl": self.leg.switch.recording_url(recording),
            "RecordingDuration": str(recording.duration),
            "Digits": digits,
        }
        return source.to("record", node.get("action"), node.get("method"), **about)

    # The queue

    async def enqueue(self, node: TwimlElement, source: DocumentSource) -> Next:
        """Waits; then the action is asked with QueueResult. Only "leave", "queue-full" and "error" go by its answer."""
        account = self.leg.switch.account
        queue = account.queue_named(node.text)
        limit = min(queue.max_size, node.number("maxQueueSize", queue.max_size))
        if len(queue.members) >= limit:
            return self._after_queue(node, source, "queue-full", {})
        waiting = QueueWait(self.leg, queue)
        self.leg.enter(CallStep.WAITING)
        try:
            result = await waiting.until_over(node, source)
        except Interrupted as interrupted:
            about = waiting.leave()
            if interrupted.source:
                self.leg.enter(CallStep.CONNECTING)
            await self._tell_queue_result(node, source, "redirected" if interrupted.source else "hangup", about)
            raise
        about = waiting.leave()
        if result == "hangup":
            await self._tell_queue_result(node, source, result, about)
            return Stop.HANG_UP
        return self._after_queue(node, source, result, about)

    def _after_queue(
        self, node: TwimlElement, source: DocumentSource, result: str, about: dict[str, str]
    ) -> DocumentSource | None:
        self.diary.queue_results.append(result)
        if not node.get("action"):
            return None
        return source.to("queue", node.get("action"), node.get("method"), QueueResult=result, **about)

    async def _tell_queue_result(
        self, node: TwimlElement, source: DocumentSource, result: str, about: dict[str, str]
    ) -> None:
        """The answer is ignored."""
        action = self._after_queue(node, source, result, about)
        if action:
            await self.leg.ask(action)

    # Connecting

    async def dial(self, node: TwimlElement, source: DocumentSource) -> Next:
        """A room or one number; several nouns, clients and SIP are not played."""
        noun = node.children[0] if node.children else node
        try:
            if noun.name == "Conference":
                about = await self._in_room(noun, source)
            elif noun.name in ("Dial", "Number", "Client"):
                about = await self._bridged(node, noun, source)
            else:
                self.leg.unplayed(source, noun)
                about = {"DialCallStatus": "failed"}
        except Interrupted as interrupted:
            if node.get("action") and not interrupted.source:  # hung up; asked for the record, the answer is ignored
                about = {"DialCallStatus": "answered" if noun.name == "Conference" else "completed"}
                await self.leg.ask(source.to("dial", node.get("action"), node.get("method"), **about))
            raise
        if not node.get("action"):
            return None
        return source.to("dial", node.get("action"), node.get("method"), **about)

    async def _in_room(self, noun: TwimlElement, source: DocumentSource) -> dict[str, str]:
        room = self._room(noun, source)
        participant = Participant(
            self.leg.call,
            label=noun.get("participantLabel"),
            muted=noun.flag("muted", False),
            start_on_enter=noun.flag("startConferenceOnEnter", True),
            end_on_exit=noun.flag("endConferenceOnExit", False),
            coaching=noun.get("coach") or None,
        )
        if len(room.present()) >= noun.number("maxParticipants", 250):
            return {"DialCallStatus": "failed"}
        if noun.get("waitUrl") and room.status == "init":
            await self.leg.document(source.to("room-wait", noun.get("waitUrl"), noun.get("waitMethod")), waiting=True)
        await self.leg.stay_in(room, participant)
        return {"DialCallStatus": "answered"}

    def _room(self, noun: TwimlElement, source: DocumentSource) -> Room:
        """The first participant brings the status callback; later ones' are ignored."""
        switch = self.leg.switch
        found = switch.account.live_room(noun.text)
        if found:
            return found
        events = frozenset(noun.get("statusCallbackEvent").split())
        url = _address(source, noun.get("statusCallback"))
        room = switch.new_room(noun.text, Callback(url, events, noun.get("statusCallbackMethod", "POST")))
        if noun.get("record") in ("true", "record-from-start"):
            room.record = True
            recorded = frozenset(noun.get("recordingStatusCallbackEvent", "completed").split())
            room.recording_callback = Callback(_address(source, noun.get("recordingStatusCallback")), recorded)
        return room

    async def _bridged(self, node: TwimlElement, noun: TwimlElement, source: DocumentSource) -> dict[str, str]:
        """A second leg rings; both talk until one hangs up."""
        switch = self.leg.switch
        number = f"client:{noun.text}" if noun.name == "Client" else noun.text
        events = frozenset(noun.get("statusCallbackEvent", "completed").split())
        callback = Callback(
            _address(source, noun.get("statusCallback")), events, noun.get("statusCallbackMethod", "POST")
        )
        from_ = node.get("callerId") or self.leg.call.from_
        call = new_call(switch, from_, number, "outbound-dial", callback, self.leg.call.sid)
        child = Leg(switch, call, switch.phone(number) or Person())
        work = asyncio.ensure_future(child.bridge(self.leg, node.number("timeout", 30)))
        switch.start(child, work)
        try:
            await self.leg.race(asyncio.shield(work))
        except Interrupted:
            child.end("completed" if call.status == "in-progress" else "canceled")
            raise
        return {"DialCallStatus": call.status, "DialCallSid": call.sid, "DialCallDuration": str(call.duration or 0)}


class QueueWait:
    """One person's time in a queue."""

    def __init__(self, leg: Leg, queue: Queue) -> None:
        self.leg = leg
        self.queue = queue
        self.member = Member(leg.call.sid, leg.switch.clock.seconds())
        queue.members[leg.call.sid] = self.member

    def seconds(self) -> float:
        return self.leg.switch.clock.seconds() - self.member.since

    async def until_over(self, node: TwimlElement, source: DocumentSource) -> str:
        """The waitUrl again and again; "leave" or "hangup". Raises Interrupted."""
        if not node.get("waitUrl"):
            await self.leg.race(asyncio.Event().wait())  # the provider's own music, without end
        home = source.to("wait", node.get("waitUrl"), node.get("waitUrlMethod"))
        while True:
            started = self.leg.switch.clock.seconds()
            stop = await self._round(home)
            if stop:
                return "leave" if stop is Stop.LEAVE else "hangup"
            if self.leg.switch.clock.seconds() - started < ROUND_SECONDS:  # a document that takes no time
                await self.leg.pause(ROUND_SECONDS)

    async def _round(self, home: DocumentSource) -> Stop | None:
        """The document and what it leads to, until there is nothing left to play."""
        source = home
        while True:
            source = DocumentSource(source.kind, source.url, {**source.parameters, **self._about()}, source.method)
            document = await self.leg.document(source, waiting=True)
            after = await Reader(self.leg, self).follow(document, source)
            if not isinstance(after, DocumentSource):
                return after
            source = after

    def _about(self) -> dict[str, str]:
        return {
            "QueueSid": self.queue.sid,
            "QueuePosition": str(self.queue.position(self.leg.call.sid)),
            "QueueTime": str(round(self.seconds())),
            "AvgQueueTime": str(self.queue.average()),
            "CurrentQueueSize": str(len(self.queue.members)),
            "MaxQueueSize": str(self.queue.max_size),
        }

    def leave(self) -> dict[str, str]:
        del self.queue.members[self.leg.call.sid]
        self.queue.waited.append(self.seconds())
        return {"QueueSid": self.queue.sid, "QueueTime": str(round(self.seconds()))}


def _address(source: DocumentSource, url: str) -> str:
    """Absolute; "" stays "", as no address means no callback."""
    return urljoin(source.url, url) if url else ""


def _text(node: TwimlElement, source: DocumentSource) -> str:
    return node.text if node.name == "Say" else urljoin(source.url, node.text)


def _length(node: TwimlElement) -> float:
    """How long it sounds, in simulated seconds."""
    if node.name == "Pause":
        return node.number("length", 1)
    once = max(1.0, len(node.text.split()) * SECONDS_A_WORD) if node.name == "Say" else SOUND_SECONDS
    return once * (node.number("loop", 1) if node.get("loop") != "0" else FOREVER)


def _gathered(node: TwimlElement, pressed: str) -> tuple[str, str]:
    """The digits that count, and the key that finished them: "" where only time did. "limit" stands for numDigits."""
    key = node.get("finishOnKey", "#")
    limit = node.number("numDigits", 0)
    for place, digit in enumerate(pressed, start=1):
        if digit and digit in key:
            return pressed[: place - 1], digit
        if place == limit:
            return pressed[:place], "limit"
    return pressed, ""
