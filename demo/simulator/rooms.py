"""Conferences: made by the first who joins, ended when empty, by one whose leaving ends it, or over REST.

Rules from docs/voice/twiml/conference: the status callback is set by the *first* participant, later ones are ignored; a
conference starts when there are two, one of whom may start it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from demo.simulator.clock import now, stamp
from demo.simulator.resources import Call, Callback, Row, Rows

HUNG_UP = "participant_hung_up"
UPDATED = "participant_updated_via_api"
KICKED = "kicked"  # ours alone: the provider's reference names no word of its own for it, see _gone
ENDED_BY_MODERATOR = "moderator_ended_conference"
ENDED_BY_API = "conference_ended_via_api"
NEVER_JOINED = "participant_add_failed"


@dataclass
class Participant:
    call: Call
    label: str = ""
    muted: bool = False
    hold: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    status: str = "queued"  # queued, ringing, connected, complete, failed
    coaching: str | None = None
    created: datetime = field(default_factory=now)
    left: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def joined(self) -> bool:
        return self.status == "connected"


#: Tells one event: the room, the event, what it adds to the parameters.
Tell = Callable[["Room", str, dict[str, str]], None]


@dataclass
class Room:
    sid: str
    name: str
    tell: Tell
    callback: Callback = field(default_factory=Callback)
    status: str = "init"  # init, in-progress, completed
    reason: str | None = None
    ended_by: str | None = None
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    participants: dict[str, Participant] = field(default_factory=dict)  # by call
    changed: asyncio.Event = field(default_factory=asyncio.Event)  # set, and replaced, when anything changes
    record: bool = False
    recording_callback: Callback = field(default_factory=Callback)
    started_at: datetime | None = None
    alone: dict[str, float] = field(default_factory=dict)  # by call: the longest time with nobody else, real seconds
    _alone_since: tuple[str, float] | None = None

    @property
    def live(self) -> bool:
        return self.status != "completed"

    def present(self) -> list[Participant]:
        return [one for one in self.participants.values() if one.joined]

    def find(self, call_or_label: str) -> Participant | None:
        """Those still in it or on their way; others are not shown any more."""
        for one in self.participants.values():
            if call_or_label in (one.call.sid, one.label) and one.status not in ("complete", "failed"):
                return one
        return None

    def join(self, participant: Participant) -> None:
        participant.status = "connected"
        self.participants[participant.call.sid] = participant
        self.tell(self, "participant-join", self._about(participant))
        present = self.present()
        if self.status == "init" and len(present) > 1 and any(one.start_on_enter for one in present):
            self.status = "in-progress"
            self.updated = now()
            self.started_at = now()
            self.tell(self, "conference-start", {})
        self._change()

    def leave(self, participant: Participant, reason: str) -> None:
        if not participant.joined:
            return
        self._gone(participant, reason, "complete")
        if not self.live:
            return
        kicked = "kicked" if reason == KICKED else "left"
        if participant.end_on_exit:
            self.end(f"participant-with-end-conference-on-exit-{kicked}", ENDED_BY_MODERATOR, participant)
        elif not self.present():
            self.end(f"last-participant-{kicked}", ENDED_BY_MODERATOR, participant)

    def failed(self, participant: Participant) -> None:
        """Was rung for this room and never came."""
        self._gone(participant, NEVER_JOINED, "failed")
        if self.live and not any(
            one.status in ("queued", "ringing", "connected") for one in self.participants.values()
        ):
            # nobody was ever in it
            self.status = "completed"
            self.updated = now()

    def hold(self, participant: Participant, hold: bool) -> None:
        if participant.hold != hold:
            participant.hold = hold
            self._change()
            self.tell(self, "participant-hold" if hold else "participant-unhold", self._about(participant))

    def mute(self, participant: Participant, muted: bool) -> None:
        if participant.muted != muted:
            participant.muted = muted
            self.tell(self, "participant-mute" if muted else "participant-unmute", self._about(participant))

    def end(self, reason: str, why_they_leave: str, by: Participant | None = None) -> None:
        self.status = "completed"
        self.reason = reason
        self.updated = now()
        self.ended_by = by.call.sid if by else None
        for one in self.present():
            self._gone(one, why_they_leave, "complete")
        more = {"ReasonConferenceEnded": reason, "Reason": reason}
        if by:
            more |= {"CallSidEndingConference": by.call.sid, "ParticipantLabelEndingConference": by.label}
        self.tell(self, "conference-end", more)

    def _watch(self) -> None:
        """Who is in it with nobody else, and since when."""
        if self._alone_since:
            sid, since = self._alone_since
            self.alone[sid] = max(self.alone.get(sid, 0.0), time.monotonic() - since)
        present = self.present()
        single = present[0].call.sid if len(present) == 1 else ""
        if not single:
            self._alone_since = None
        elif self._alone_since is None or self._alone_since[0] != single:
            self._alone_since = (single, time.monotonic())

    def _change(self) -> None:
        self._watch()
        self.changed.set()
        self.changed = asyncio.Event()

    def _gone(self, participant: Participant, reason: str, status: str) -> None:
        participant.status = status
        self._change()
        call_status = participant.call.status
        said = UPDATED if reason == KICKED else reason
        more = {"ReasonParticipantLeft": said, "ParticipantCallStatus": call_status}
        self.tell(self, "participant-leave", self._about(participant) | more)
        if not participant.left.done():
            participant.left.set_result(reason)

    def _about(self, participant: Participant) -> dict[str, str]:
        label = {"ParticipantLabel": participant.label} if participant.label else {}
        return label | {
            "CallSid": participant.call.sid,
            "Muted": str(participant.muted).lower(),
            "Hold": str(participant.hold).lower(),
            "Coaching": str(bool(participant.coaching)).lower(),
            "EndConferenceOnExit": str(participant.end_on_exit).lower(),
            "StartConferenceOnEnter": str(participant.start_on_enter).lower(),
        }


def event_group(event: str) -> str:
    """The word by which an event is subscribed to: participant-unhold -> hold, conference-start -> start."""
    return event.partition("-")[2].removeprefix("un")


def room_row(rows: Rows, room: Room) -> Row:
    return rows.row("FetchConference", room.created, room.updated, f"Conferences/{room.sid}") | {
        "sid": room.sid,
        "friendly_name": room.name,
        "status": room.status,
        "region": "ie1",
        "reason_conference_ended": room.reason,
        "call_sid_ending_conference": room.ended_by,
    }


def participant_row(rows: Rows, room: Room, one: Participant) -> Row:
    place = f"Conferences/{room.sid}/Participants/{one.call.sid}"
    return rows.row("FetchParticipant", one.created, now(), place) | {
        "call_sid": one.call.sid,
        "conference_sid": room.sid,
        "label": one.label or None,
        "muted": one.muted,
        "hold": one.hold,
        "coaching": bool(one.coaching),
        "call_sid_to_coach": one.coaching,
        "start_conference_on_enter": one.start_on_enter,
        "end_conference_on_exit": one.end_on_exit,
        "status": one.status,
        "queue_time": None,
    }


def event_parameters(account: str, room: Room, event: str, more: dict[str, str]) -> dict[str, str]:
    return {
        "AccountSid": account,
        "ConferenceSid": room.sid,
        "FriendlyName": room.name,
        "StatusCallbackEvent": event,
        "SequenceNumber": room.callback.next_number(),
        "Timestamp": stamp(now()) or "",
        **more,
    }
