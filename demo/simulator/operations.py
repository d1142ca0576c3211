"""What each operation of the REST API does. Requests that come here are well-formed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from demo.simulator import messages
from demo.simulator.call_lifecycle import into_room, outbound
from demo.simulator.calls import DocumentSource, Leg, new_call
from demo.simulator.description import E164, Request
from demo.simulator.errors import Refused, not_found, wrong_form
from demo.simulator.people import Person
from demo.simulator.resources import VERSION, Call, Callback, Message, Queue, Row
from demo.simulator.rooms import ENDED_BY_API, KICKED, Participant, Room, participant_row, room_row
from demo.simulator.switch import Switch

RING_SECONDS = 60  # docs/voice/api/call-resource, Timeout
CALL_EVENTS = ("initiated", "ringing", "answered", "completed")
#: Parameters that do something here; others are accepted and noted in account.ignored.
PLAYED = {
    "CreateCall": {"To", "From", "Url", "Method", "FallbackUrl", "Twiml", "Timeout"},
    "UpdateCall": {"Url", "Method", "FallbackUrl", "Twiml", "Status", "StatusCallback", "StatusCallbackMethod"},
    "CreateParticipant": {"To", "From", "Label", "Muted", "StartConferenceOnEnter", "EndConferenceOnExit", "Timeout"}
    | {f"ConferenceStatusCallback{more}" for more in ("", "Event", "Method")},
    "UpdateParticipant": {"Hold", "HoldUrl", "HoldMethod", "Muted", "EndConferenceOnExit"},
    "UpdateConference": {"Status"},
    "ListCall": {"To", "From", "ParentCallSid", "Status", "StartTime<", "StartTime>"},
    "ListConference": {"FriendlyName", "Status"},
    "ListParticipant": {"Muted", "Hold"},
    "ListMessage": {"To", "From", "DateSent", "DateSent<", "DateSent>"},
}
EVERYWHERE = {"PageSize", "Page", "PageToken", "StatusCallback", "StatusCallbackEvent", "StatusCallbackMethod"}


async def perform(switch: Switch, request: Request) -> Row | None:
    """The answer as JSON; None: no content. Raises Refused."""
    name = request.operation.id
    if name in PLAYED:
        known = PLAYED[name] | EVERYWHERE
        switch.account.ignored |= {f"{name} {field}" for field in request.fields if field not in known}
    return await OPERATIONS[name](switch, request)


# Calls


async def create_call(switch: Switch, request: Request) -> Row | None:
    if not request.text("Url") and not request.text("Twiml"):
        raise wrong_form("Url, Twiml or ApplicationSid must be given (the simulator knows no applications)", 21205)
    from_, to = _endpoints(switch, request)
    call = new_call(switch, from_, to, "outbound-api", _callback(request))
    first = _source(request, "answer")
    leg = Leg(switch, call, switch.phone(to) or Person())
    switch.start(leg, asyncio.ensure_future(outbound(leg, first, request.number("Timeout", RING_SECONDS))))
    return switch.rows.call(call)


def _endpoints(switch: Switch, request: Request) -> tuple[str, str]:
    """From and To. Raises Refused: 21211 for nobody's address, 21210 for a caller id that is not the account's."""
    from_, to = request.text("From"), request.text("To")
    if not E164.fullmatch(to) and not to.startswith(("client:", "sip:")):
        raise Refused(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if not from_.startswith("client:") and from_ not in switch.account.numbers:
        raise Refused(400, 21210, f"The source phone number provided, {from_}, is not yet verified for your account.")
    return from_, to


def _callback(request: Request) -> Callback:
    events = frozenset(request.words("StatusCallbackEvent", "completed"))
    if not events <= set(CALL_EVENTS):
        raise wrong_form(f"StatusCallbackEvent: not of {', '.join(CALL_EVENTS)}", 21626)
    return Callback(request.text("StatusCallback"), events, request.text("StatusCallbackMethod", "POST"))


def _source(request: Request, kind: str) -> DocumentSource:
    method = request.text("Method", "POST")
    fallback = request.text("FallbackUrl")
    if request.text("Url") and request.text("Twiml"):
        raise wrong_form("Only one of Url and Twiml may be given")
    return DocumentSource(kind, request.text("Url"), {}, method, fallback, request.text("Twiml"))


async def fetch_call(switch: Switch, request: Request) -> Row | None:
    return switch.rows.call(switch.account.call(request.place["Sid"]))


async def update_call(switch: Switch, request: Request) -> Row | None:
    """Redirects or ends. Raises Refused: 21220 for a call that has ended or, to redirect it, is not yet answered."""
    call = switch.account.call(request.place["Sid"])
    wanted = request.text("Status")
    elsewhere = request.text("Url") or request.text("Twiml")
    if not wanted and not elsewhere and not request.text("StatusCallback"):
        raise wrong_form("Nothing to update: Url, Twiml or Status must be given")
    if not call.live or (elsewhere and call.status != "in-progress"):
        raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
    if request.text("StatusCallback"):
        call.callback.url = request.text("StatusCallback")
        call.callback.events |= {"completed"}
    _redirect_or_end(switch.legs[call.sid], request, wanted)
    return switch.rows.call(call)


def _redirect_or_end(leg: Leg, request: Request, wanted: str) -> None:
    """ "canceled" does not affect a call in progress."""
    if wanted:
        if leg.call.status != "in-progress":
            leg.end("canceled")
        elif wanted == "completed":
            leg.end("completed")
    elif request.text("Url") or request.text("Twiml"):
        leg.redirect(_source(request, "update"))


async def list_calls(switch: Switch, request: Request) -> Row | None:
    found = [call for call in reversed(switch.account.calls.values()) if _matches(call, request)]
    return _page(switch, request, "calls", [switch.rows.call(call) for call in found])


def _matches(call: Call, request: Request) -> bool:
    shown = {"To": call.to, "From": call.from_, "ParentCallSid": call.parent or "", "Status": call.status}
    if any(request.text(name, value) != value for name, value in shown.items()):
        return False
    started = call.started or call.created
    after, before = request.text("StartTime>"), request.text("StartTime<")
    return (not after or started >= _moment(after)) and (not before or started <= _moment(before))


def _moment(text: str) -> datetime:
    """A day begins at midnight in UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# Conferences


async def fetch_conference(switch: Switch, request: Request) -> Row | None:
    return room_row(switch.rows, switch.account.room(request.place["Sid"]))


async def update_conference(switch: Switch, request: Request) -> Row | None:
    room = switch.account.live_room(request.place["Sid"]) or switch.account.room(request.place["Sid"])
    if request.text("Status") == "completed" and room.live:
        room.end("conference-ended-via-api", ENDED_BY_API)
    return room_row(switch.rows, room)


async def list_conferences(switch: Switch, request: Request) -> Row | None:
    found = [
        room_row(switch.rows, room)
        for room in reversed(switch.account.rooms.values())
        if request.text("FriendlyName", room.name) == room.name and request.text("Status", room.status) == room.status
    ]
    return _page(switch, request, "conferences", found)


async def create_participant(switch: Switch, request: Request) -> Row | None:
    """Rings somebody for a room, by its sid or name; a name that is not live makes a new room."""
    from_, to = _endpoints(switch, request)
    place = request.place["ConferenceSid"]
    room = switch.account.live_room(place)
    if room is None and place in switch.account.rooms:
        raise not_found(f"Conferences/{place}")
    room = room or switch.new_room(place, _room_callback(request))
    call = new_call(switch, from_, to, "outbound-api", _callback(request))
    participant = Participant(call, request.text("Label"), request.flag("Muted"))
    participant.start_on_enter = request.flag("StartConferenceOnEnter", True)
    participant.end_on_exit = request.flag("EndConferenceOnExit")
    room.participants[call.sid] = participant
    leg = Leg(switch, call, switch.phone(to) or Person())
    timeout = request.number("Timeout", RING_SECONDS)
    switch.start(leg, asyncio.ensure_future(into_room(leg, room, participant, timeout)))
    return participant_row(switch.rows, room, participant)


def _room_callback(request: Request) -> Callback:
    events = frozenset(request.words("ConferenceStatusCallbackEvent", "start end"))
    method = request.text("ConferenceStatusCallbackMethod", "POST")
    return Callback(request.text("ConferenceStatusCallback"), events, method)


def _participant(switch: Switch, request: Request) -> tuple[Room, Participant]:
    room = switch.account.room(request.place["ConferenceSid"])
    found = room.find(request.place["CallSid"]) if room.live else None
    if found is None:
        raise not_found(f"Conferences/{room.sid}/Participants/{request.place['CallSid']}")
    return room, found


async def fetch_participant(switch: Switch, request: Request) -> Row | None:
    return participant_row(switch.rows, *_participant(switch, request))


async def update_participant(switch: Switch, request: Request) -> Row | None:
    room, participant = _participant(switch, request)
    if not participant.joined:
        raise Refused(400, 21220, "Call is not in-progress. Cannot update the participant.")
    room.hold(participant, request.flag("Hold", participant.hold))
    room.mute(participant, request.flag("Muted", participant.muted))
    participant.end_on_exit = request.flag("EndConferenceOnExit", participant.end_on_exit)
    if participant.hold and request.text("HoldUrl"):
        switch.watch(asyncio.ensure_future(_hold_music(switch, participant, request)))
    return participant_row(switch.rows, room, participant)


async def _hold_music(switch: Switch, participant: Participant, request: Request) -> None:
    """Asked for and checked once; what it plays has no effect."""
    leg = switch.legs.get(participant.call.sid)
    source = DocumentSource("hold", request.text("HoldUrl"), {}, request.text("HoldMethod", "POST"))
    answer = await leg.ask(source) if leg else None
    if leg and answer and answer.content_type.endswith("xml"):
        leg.check(source, answer.body.decode(errors="replace"), waiting=True)


async def delete_participant(switch: Switch, request: Request) -> Row | None:
    """Out of the room; the call goes on after its <Dial>, or ends where there is nothing after it."""
    room, participant = _participant(switch, request)
    if participant.joined:
        room.leave(participant, KICKED)
    else:
        switch.legs[participant.call.sid].end("canceled")
    return None


async def list_participants(switch: Switch, request: Request) -> Row | None:
    room = switch.account.room(request.place["ConferenceSid"])
    found = [
        participant_row(switch.rows, room, one)
        for one in room.participants.values()
        if room.live and room.find(one.call.sid) and request.flag("Hold", one.hold) == one.hold
        if request.flag("Muted", one.muted) == one.muted
    ]
    return _page(switch, request, "participants", found)


# Queues


async def create_queue(switch: Switch, request: Request) -> Row | None:
    name = request.text("FriendlyName")
    if any(queue.name == name for queue in switch.account.queues.values()):
        raise Refused(400, 22003, f"Queue with friendly name {name} already exists")
    queue = Queue(switch.account.new_sid("QU"), name, request.number("MaxSize", 1000))
    switch.account.queues[queue.sid] = queue
    return switch.rows.queue(queue)


async def fetch_queue(switch: Switch, request: Request) -> Row | None:
    return switch.rows.queue(switch.account.queue(request.place["Sid"]))


async def list_queues(switch: Switch, request: Request) -> Row | None:
    return _page(switch, request, "queues", [switch.rows.queue(one) for one in switch.account.queues.values()])


def _member(switch: Switch, request: Request) -> tuple[Queue, str]:
    """The queue and the call; "Front" stands for whoever waits longest."""
    queue = switch.account.queue(request.place["QueueSid"])
    wanted = request.place["CallSid"]
    sid = next(iter(queue.members), "") if wanted == "Front" else wanted
    if sid not in queue.members:
        raise not_found(f"Queues/{queue.sid}/Members/{wanted}")
    return queue, sid


async def fetch_member(switch: Switch, request: Request) -> Row | None:
    queue, sid = _member(switch, request)
    return switch.rows.member(queue, queue.members[sid], switch.clock.seconds())


async def update_member(switch: Switch, request: Request) -> Row | None:
    queue, sid = _member(switch, request)
    row = switch.rows.member(queue, queue.members[sid], switch.clock.seconds())
    switch.legs[sid].redirect(_source(request, "update"))
    return row


async def list_members(switch: Switch, request: Request) -> Row | None:
    queue = switch.account.queue(request.place["QueueSid"])
    rows = [switch.rows.member(queue, member, switch.clock.seconds()) for member in queue.members.values()]
    return _page(switch, request, "queue_members", rows)


# Messages, recordings


async def create_message(switch: Switch, request: Request) -> Row | None:
    return switch.rows.message(messages.create(switch, request))


async def list_messages(switch: Switch, request: Request) -> Row | None:
    found = [one for one in reversed(switch.account.messages.values()) if _is_meant(one, request)]
    return _page(switch, request, "messages", [switch.rows.message(one) for one in found])


def _is_meant(message: Message, request: Request) -> bool:
    """One that has not been sent yet has no day of sending."""
    if any(request.text(name, value) != value for name, value in {"To": message.to, "From": message.from_}.items()):
        return False
    on, after, before = (request.text(f"DateSent{sign}") for sign in ("", ">", "<"))
    if not (on or after or before):
        return True
    if message.sent is None or (on and message.sent.date() != _moment(on).date()):
        return False
    return (not after or message.sent >= _moment(after)) and (not before or message.sent <= _moment(before))


async def fetch_message(switch: Switch, request: Request) -> Row | None:
    return switch.rows.message(switch.account.message(request.place["Sid"]))


async def delete_message(switch: Switch, request: Request) -> Row | None:
    switch.account.message(request.place["Sid"])
    del switch.account.messages[request.place["Sid"]]
    return None


async def fetch_recording(switch: Switch, request: Request) -> Row | None:
    return switch.rows.recording(switch.account.recording(request.place["Sid"]), switch.base)


async def delete_recording(switch: Switch, request: Request) -> Row | None:
    switch.account.recording(request.place["Sid"])
    del switch.account.recordings[request.place["Sid"]]
    return None


def _page(switch: Switch, request: Request, name: str, rows: Sequence[Row]) -> Row:
    """One page of a list, with the addresses of its neighbours."""
    size = request.number("PageSize", 50)
    number = request.number("Page", 0)
    some = rows[number * size : (number + 1) * size]
    path = f"/{VERSION}/Accounts/{switch.account.sid}/{_place(request)}.json"
    more = len(rows) > (number + 1) * size
    return {
        name: list(some),
        "page": number,
        "page_size": size,
        "start": number * size,
        "end": number * size + max(0, len(some) - 1),
        "uri": f"{path}?PageSize={size}&Page={number}",
        "first_page_uri": f"{path}?PageSize={size}&Page=0",
        "next_page_uri": f"{path}?{_query(request)}PageSize={size}&Page={number + 1}" if more else None,
        "previous_page_uri": f"{path}?{_query(request)}PageSize={size}&Page={number - 1}" if number else None,
    }


def _query(request: Request) -> str:
    kept = [
        (key, value) for key, values in request.fields.items() for value in values if key not in ("PageSize", "Page")
    ]
    return f"{urlencode(kept)}&" if kept else ""


def _place(request: Request) -> str:
    names = {"ListCall": "Calls", "ListConference": "Conferences", "ListQueue": "Queues", "ListMessage": "Messages"}
    if request.operation.id in names:
        return names[request.operation.id]
    if request.operation.id == "ListMember":
        return f"Queues/{request.place['QueueSid']}/Members"
    return f"Conferences/{request.place['ConferenceSid']}/Participants"


OPERATIONS: dict[str, Callable[[Switch, Request], Awaitable[Row | None]]] = {
    "CreateCall": create_call,
    "FetchCall": fetch_call,
    "UpdateCall": update_call,
    "ListCall": list_calls,
    "FetchConference": fetch_conference,
    "UpdateConference": update_conference,
    "ListConference": list_conferences,
    "CreateParticipant": create_participant,
    "FetchParticipant": fetch_participant,
    "UpdateParticipant": update_participant,
    "DeleteParticipant": delete_participant,
    "ListParticipant": list_participants,
    "CreateQueue": create_queue,
    "FetchQueue": fetch_queue,
    "ListQueue": list_queues,
    "FetchMember": fetch_member,
    "UpdateMember": update_member,
    "ListMember": list_members,
    "CreateMessage": create_message,
    "ListMessage": list_messages,
    "FetchMessage": fetch_message,
    "DeleteMessage": delete_message,
    "FetchRecording": fetch_recording,
    "DeleteRecording": delete_recording,
}
