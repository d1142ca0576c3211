"""The account: its objects, credentials, and faults on demand."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TypeVar

from demo.simulator.errors import not_found
from demo.simulator.resources import Call, Message, Number, Queue, Recording
from demo.simulator.rooms import Room

Thing = TypeVar("Thing")


@dataclass
class Fault:
    """``hang``: real seconds of silence before the answer. ``status`` 0: then go on as if nothing was.

    ``is_done``: the request has its effect nevertheless, before the silence.
    """

    method: str
    path_part: str
    status: int
    times: int
    hang: float = 0.0
    is_done: bool = False

    def meets(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in ("", method) and self.path_part in path


@dataclass
class Account:
    """State only; what happens over time is in calls.py, rooms.py and messages.py."""

    sid: str
    token: str
    numbers: dict[str, Number] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)  # REST calls refused for their form
    asked: list[tuple[float, str, str]] = field(default_factory=list)  # when (monotonic), method and path of REST calls
    ignored: set[str] = field(default_factory=set)  # accepted, but without effect here: "CreateCall MachineDetection"
    blocked: set[str] = field(default_factory=set)  # numbers that said STOP: 21610
    undelivered: dict[str, int] = field(default_factory=dict)  # numbers that messages do not reach, with the code
    faults: list[Fault] = field(default_factory=list)

    def new_sid(self, prefix: str) -> str:
        """Never seen before, whatever the seed: a platform may keep the sids of earlier runs."""
        return f"{prefix}{uuid.uuid4().hex}"

    def fail_next(
        self,
        method: str = "",
        path_part: str = "",
        *,
        status: int = 429,
        times: int = 1,
        hang: float = 0.0,
        is_done: bool = False,
    ) -> None:
        """The next matching REST calls fail. ``hang``: real seconds of silence before; ``status=0``: then it works.

        ``is_done``: they have their effect at once, whatever is answered.
        """
        self.faults.append(Fault(method, path_part, status, times, hang, is_done))

    def fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.meets(method, path):
                fault.times -= 1
                return fault
        return None

    def call(self, sid: str) -> Call:
        return _found(self.calls.get(sid), f"Calls/{sid}")

    def recording(self, sid: str) -> Recording:
        return _found(self.recordings.get(sid), f"Recordings/{sid}")

    def message(self, sid: str) -> Message:
        return _found(self.messages.get(sid), f"Messages/{sid}")

    def queue(self, sid: str) -> Queue:
        return _found(self.queues.get(sid), f"Queues/{sid}")

    def room(self, sid: str) -> Room:
        return _found(self.rooms.get(sid), f"Conferences/{sid}")

    def queue_named(self, name: str) -> Queue:
        """The queue with this name; created on demand."""
        for queue in self.queues.values():
            if queue.name == name:
                return queue
        queue = Queue(self.new_sid("QU"), name)
        self.queues[queue.sid] = queue
        return queue

    def live_room(self, name: str) -> Room | None:
        """By name or sid."""
        return next((room for room in self.rooms.values() if room.live and name in (room.name, room.sid)), None)


def _found(thing: Thing | None, path: str) -> Thing:
    if thing is None:
        raise not_found(path)
    return thing
