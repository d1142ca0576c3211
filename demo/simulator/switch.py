"""State that all calls of the account share: clock, telephones, connection to the platform; and status callbacks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from demo.simulator.account import Account
from demo.simulator.clock import Clock, now, stamp
from demo.simulator.faults import NEVER, Faults, Luck
from demo.simulator.people import Phone, PhoneMaker
from demo.simulator.resources import EVENTS, Call, Callback, Recording, Rows
from demo.simulator.rooms import Room, event_group, event_parameters
from demo.simulator.webhooks import Webhooks

if TYPE_CHECKING:
    from demo.simulator.calls import Leg

#: Final responses of SIP by how a call ended.
SIP = {"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404"}


@dataclass
class Switch:
    """``calls_per_second``: how fast calls made over REST start, 0: no limit. ``phones``: by number, "*" for others."""

    account: Account
    clock: Clock
    webhooks: Webhooks
    phones: Mapping[str, Phone | PhoneMaker] = field(default_factory=dict)
    calls_per_second: float = 1.0  # docs/voice/api/call-resource: "each account is granted one CPS"
    base: str = ""  # where the REST API is served
    luck: Luck = field(default_factory=lambda: Luck(Faults(), random.Random(1)))
    legs: dict[str, Leg] = field(default_factory=dict)
    running: set[asyncio.Task[None]] = field(default_factory=set)
    _next_start: float = 0.0

    @property
    def rows(self) -> Rows:
        return Rows(self.account.sid)

    def phone(self, number: str) -> Phone | None:
        """The person at that number; None: not in service."""
        found = self.phones.get(number, self.phones.get("*"))
        return found if isinstance(found, Phone) or found is None else found()

    def start(self, leg: Leg, work: asyncio.Task[None]) -> None:
        self.legs[leg.call.sid] = leg
        self.watch(work)

    def watch(self, work: asyncio.Task[None]) -> None:
        self.running.add(work)
        work.add_done_callback(self._ended)

    def _ended(self, work: asyncio.Task[None]) -> None:
        """Raise errors of the simulator itself."""
        self.running.discard(work)
        if not work.cancelled() and (error := work.exception()):
            self.webhooks.violations.append(f"the simulator failed: {error!r}")

    async def turn(self) -> None:
        """Waits for the turn of a call made over REST."""
        if not self.calls_per_second:
            return
        start = max(self._next_start, self.clock.seconds())
        self._next_start = start + 1 / self.calls_per_second
        await self.clock.sleep(start - self.clock.seconds())

    def advance(self, call: Call, status: str) -> None:
        """Next status, and the callback about it."""
        call.advance(status, self.clock.seconds())
        self.tell(call)

    def tell(self, call: Call) -> None:
        event = EVENTS.get(call.status, "")
        if not call.callback.wants(event):
            return
        form = call.parameters(self.account.sid) | {
            "CallbackSource": "call-progress-events",
            "SequenceNumber": call.callback.next_number(),
            "Timestamp": stamp(now()) or "",
        }
        if event == "completed" and self.luck.is_end_lost():
            return
        if event == "completed":
            duration = call.duration or 0
            form |= {
                "CallDuration": str(duration),
                "Duration": str(-(-duration // 60)),
                "SipResponseCode": SIP[call.status],
            }
        self.webhooks.notify("call-status", call.sid, call.callback.url, form, call.callback.method)

    def new_room(self, name: str, callback: Callback) -> Room:
        room = Room(self.account.new_sid("CF"), name, self.tell_room, callback)
        self.account.rooms[room.sid] = room
        return room

    def tell_room(self, room: Room, event: str, more: dict[str, str]) -> None:
        if event == "conference-end" and room.record and room.started_at:
            self._record_room(room)
        if event in ("participant-leave", "conference-end") and self.luck.is_end_lost():
            return
        if room.callback.wants(event_group(event)):
            form = event_parameters(self.account.sid, room, event, more)
            self.webhooks.notify("conference", room.sid, room.callback.url, form, room.callback.method)

    def _record_room(self, room: Room) -> None:
        assert room.started_at is not None
        seconds = round((now() - room.started_at).total_seconds() * self.clock.scale)
        call_sid = next(iter(room.participants), "")
        recording = Recording(self.account.new_sid("RE"), call_sid, seconds, "Conference", room.sid)
        self.keep(recording, room.recording_callback)

    def keep(self, recording: Recording, callback: Callback) -> None:
        """Its sound is ready at once, later or never, and then that is told."""
        self.account.recordings[recording.sid] = recording
        seconds = self.luck.sound_after()
        if not seconds:
            self._tell_recording(recording, callback)
            return
        recording.status = "absent" if seconds == NEVER else "processing"
        self.watch(asyncio.ensure_future(self._finish(recording, callback, seconds)))

    async def _finish(self, recording: Recording, callback: Callback, seconds: float) -> None:
        await asyncio.sleep(min(seconds, self.luck.faults.late_by))
        if recording.status == "processing":
            recording.status = "completed"
        self._tell_recording(recording, callback)

    def _tell_recording(self, recording: Recording, callback: Callback) -> None:
        if callback.wants(recording.status):
            form = self._about_recording(recording)
            self.webhooks.notify("recording", recording.sid, callback.url, form, callback.method)

    def recording_url(self, recording: Recording) -> str:
        return f"{self.base}/2010-04-01/Accounts/{self.account.sid}/Recordings/{recording.sid}"

    def _about_recording(self, recording: Recording) -> dict[str, str]:
        """Without From and To (TELEPHONY.md, Webhooks)."""
        about = {
            "AccountSid": self.account.sid,
            "CallSid": recording.call_sid,
            "RecordingSid": recording.sid,
            "RecordingUrl": self.recording_url(recording),
            "RecordingStatus": recording.status,
            "RecordingDuration": str(recording.duration),
            "RecordingChannels": "1",
            "RecordingStartTime": stamp(recording.created) or "",
            "RecordingSource": recording.source,
        }
        return about | ({"ConferenceSid": recording.conference_sid} if recording.conference_sid else {})
