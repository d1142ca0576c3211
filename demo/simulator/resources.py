"""The account's objects, and their JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from demo.simulator.clock import now, stamp
from demo.simulator.description import operation

VERSION = "2010-04-01"
ENDED = frozenset({"completed", "busy", "no-answer", "canceled", "failed"})
#: A call moves only forward through these.
PROGRESS = {"queued": 0, "initiated": 1, "ringing": 2, "in-progress": 3, **dict.fromkeys(ENDED, 4)}
#: Names of status callback events. All ends are "completed".
EVENTS = {
    "initiated": "initiated",
    "ringing": "ringing",
    "in-progress": "answered",
    **dict.fromkeys(ENDED, "completed"),
}
COUNTRIES = {"+49": "DE", "+43": "AT", "+41": "CH", "+33": "FR", "+32": "BE", "+31": "NL", "+44": "GB"}
Row = dict[str, Any]


class Backwards(AssertionError):
    """An error of the simulator: a call would have changed to an earlier status."""


@dataclass(frozen=True)
class Number:
    """A number of ours and what it leads to: addresses of the platform. All requests are POST."""

    voice_url: str
    status_callback: str = ""
    message_url: str = ""
    fallback_url: str = ""


@dataclass
class Callback:
    """Where events of an object go. ``events`` in the provider's words; ``sequence`` numbers those that were sent."""

    url: str = ""
    events: frozenset[str] = frozenset()
    method: str = "POST"
    sequence: int = 0

    def wants(self, event: str) -> bool:
        return bool(self.url) and event in self.events

    def next_number(self) -> str:
        self.sequence += 1
        return str(self.sequence - 1)


@dataclass
class Call:
    sid: str
    from_: str
    to: str
    direction: str  # inbound, outbound-api, outbound-dial
    callback: Callback = field(default_factory=Callback)
    parent: str | None = None
    status: str = "queued"
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    started: datetime | None = None
    ended: datetime | None = None
    answered_at: float = 0.0  # simulated seconds of the clock
    duration: int | None = None  # simulated seconds
    history: list[str] = field(default_factory=lambda: ["queued"])

    @property
    def live(self) -> bool:
        return self.status not in ENDED

    def advance(self, status: str, seconds: float) -> None:
        """``seconds``: what the clock shows. Raises Backwards."""
        if PROGRESS[status] <= PROGRESS[self.status]:
            raise Backwards(f"{self.sid}: {self.status} -> {status}")
        self.status = status
        self.updated = now()
        self.history.append(status)
        if status == "in-progress":
            self.started = self.updated
            self.answered_at = seconds
        if status in ENDED:
            self.ended = self.updated
            self.duration = round(seconds - self.answered_at) if self.started else 0

    def parameters(self, account: str) -> dict[str, str]:
        """The standard set (TELEPHONY.md, Webhooks)."""
        standard = {
            "AccountSid": account,
            "ApiVersion": VERSION,
            "CallSid": self.sid,
            "CallStatus": self.status,
            "Direction": self.direction,
            "From": self.from_,
            "To": self.to,
            "Caller": self.from_,
            "Called": self.to,
        }
        if self.parent:
            standard["ParentCallSid"] = self.parent
        if self.direction == "inbound":
            standard |= {"CallToken": "%7B%7D", "StirVerstat": "TN-Validation-Passed-C"}
        return standard | places(From=self.from_, To=self.to, Caller=self.from_, Called=self.to)


def places(**numbers: str) -> dict[str, str]:
    """City, State, Zip and Country of each; of German numbers the provider knows little more than the country."""
    found: dict[str, str] = {}
    for name, number in numbers.items():
        found |= {f"{name}City": "", f"{name}State": "", f"{name}Zip": ""}
        found[f"{name}Country"] = COUNTRIES.get(number.removeprefix("whatsapp:")[:3], "")
    return found


@dataclass
class Queue:
    sid: str
    name: str
    max_size: int = 1000  # docs/voice/twiml/enqueue
    created: datetime = field(default_factory=now)
    members: dict[str, Member] = field(default_factory=dict)
    waited: list[float] = field(default_factory=list)  # of those who left

    def average(self) -> int:
        return round(sum(self.waited) / len(self.waited)) if self.waited else 0

    def position(self, call_sid: str) -> int:
        """From 1."""
        return list(self.members).index(call_sid) + 1


@dataclass
class Member:
    call_sid: str
    since: float  # simulated seconds of the clock
    enqueued: datetime = field(default_factory=now)


@dataclass
class Message:
    sid: str
    from_: str
    to: str
    body: str
    direction: str = "outbound-api"  # outbound-reply, inbound
    status: str = "queued"
    service: str | None = None
    callback: str = ""
    media: tuple[str, ...] = ()
    error: int | None = None
    created: datetime = field(default_factory=now)
    sent: datetime | None = None
    history: list[str] = field(default_factory=list)


@dataclass
class Recording:
    sid: str
    call_sid: str
    duration: int  # simulated seconds
    source: str = "RecordVerb"
    conference_sid: str | None = None
    created: datetime = field(default_factory=now)
    status: str = "completed"  # processing, completed, absent

    @property
    def is_ready(self) -> bool:
        """The sound can be fetched."""
        return self.status == "completed"


@dataclass
class Rows:
    """Writes objects as JSON with exactly the properties that the description names."""

    account: str

    def call(self, call: Call) -> Row:
        return self.row("FetchCall", call.created, call.updated, f"Calls/{call.sid}") | {
            "sid": call.sid,
            "from": call.from_,
            "to": call.to,
            "from_formatted": call.from_,
            "to_formatted": call.to,
            "direction": call.direction,
            "status": call.status,
            "start_time": stamp(call.started),
            "end_time": stamp(call.ended),
            "duration": None if call.duration is None else str(call.duration),
            "parent_call_sid": call.parent,
            "price_unit": "USD",
            "queue_time": "0",
        }

    def queue(self, queue: Queue) -> Row:
        return self.row("FetchQueue", queue.created, queue.created, f"Queues/{queue.sid}") | {
            "sid": queue.sid,
            "friendly_name": queue.name,
            "max_size": queue.max_size,
            "current_size": len(queue.members),
            "average_wait_time": queue.average(),
        }

    def member(self, queue: Queue, member: Member, seconds: float) -> Row:
        uri = f"/{VERSION}/Accounts/{self.account}/Queues/{queue.sid}/Members/{member.call_sid}.json"
        return {
            "call_sid": member.call_sid,
            "queue_sid": queue.sid,
            "date_enqueued": stamp(member.enqueued),
            "position": queue.position(member.call_sid),
            "wait_time": round(seconds - member.since),
            "uri": uri,
        }

    def message(self, message: Message) -> Row:
        return self.row("FetchMessage", message.created, message.created, f"Messages/{message.sid}") | {
            "sid": message.sid,
            "from": message.from_ or None,
            "to": message.to,
            "body": message.body,
            "direction": message.direction,
            "status": message.status,
            "date_sent": stamp(message.sent),
            "messaging_service_sid": message.service,
            "error_code": message.error,
            "num_media": str(len(message.media)),
            "num_segments": str(1 + len(message.body) // 161),
        }

    def recording(self, recording: Recording, base: str) -> Row:
        place = f"Recordings/{recording.sid}"
        return self.row("FetchRecording", recording.created, recording.created, place) | {
            "sid": recording.sid,
            "call_sid": recording.call_sid,
            "conference_sid": recording.conference_sid,
            "duration": str(recording.duration),
            "channels": 1,
            "source": recording.source,
            "status": recording.status,
            "start_time": stamp(recording.created),
            "media_url": f"{base}/{VERSION}/Accounts/{self.account}/{place}",
        }

    def row(self, shown_by: str, created: datetime, updated: datetime, place: str) -> Row:
        names = operation(shown_by).properties
        row: Row = dict.fromkeys(names)
        known: Row = {
            "account_sid": self.account,
            "api_version": VERSION,
            "date_created": stamp(created),
            "date_updated": stamp(updated),
            "uri": f"/{VERSION}/Accounts/{self.account}/{place}.json",
            "subresource_uris": {},
        }
        return row | {name: value for name, value in known.items() if name in names}
