"""SMS and WhatsApp: sent by the platform over REST or in answer to one, and received from people."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from demo.simulator.clock import now
from demo.simulator.description import E164, Request
from demo.simulator.errors import Refused, wrong_form
from demo.simulator.resources import VERSION, Message, places
from demo.simulator.switch import Switch
from demo.simulator.twiml import NotTwiML, TwimlElement, check, parse

#: Between the stages of a message, in simulated seconds.
STAGE_SECONDS = 1.0
WHATSAPP = "whatsapp:"
#: Parameters of CreateMessage that do something here.
PLAYED = {"To", "From", "MessagingServiceSid", "Body", "MediaUrl", "StatusCallback"}


def create(switch: Switch, request: Request) -> Message:
    """Raises Refused: 21211 and 21606 for numbers, 21603 without a sender, 21602 without content, 21610 after STOP."""
    switch.account.ignored |= {f"CreateMessage {name}" for name in request.fields if name not in PLAYED}
    to, from_ = request.text("To"), request.text("From")
    service = request.text("MessagingServiceSid")
    body = request.text("Body")
    media = tuple(request.fields.get("MediaUrl", []))
    if not E164.fullmatch(to.removeprefix(WHATSAPP)):
        raise Refused(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if not from_ and not service:
        raise wrong_form("A 'From' phone number is required", 21603)
    if from_ and from_.removeprefix(WHATSAPP) not in switch.account.numbers:
        raise Refused(400, 21606, f"The 'From' phone number provided ({from_}) is not a valid message-capable number")
    if not body and not media:
        raise wrong_form("Message body is required", 21602)
    if len(body) > 1600:
        raise wrong_form("The concatenated message body exceeds the 1600 character limit", 21617)
    if to.removeprefix(WHATSAPP) in switch.account.blocked:
        raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")
    message = Message(switch.account.new_sid("SM"), from_, to, body, service=service or None, media=media)
    message.callback = request.text("StatusCallback")
    send(switch, message)
    return message


def send(switch: Switch, message: Message) -> None:
    switch.account.messages[message.sid] = message
    work = asyncio.ensure_future(_deliver(switch, message))
    switch.watch(work)


async def _deliver(switch: Switch, message: Message) -> None:
    """queued, sent, delivered; or undelivered with a code for numbers said to be out of reach."""
    error = switch.account.undelivered.get(message.to.removeprefix(WHATSAPP))
    _reach(switch, message, "queued")
    for status in ("sent", "undelivered" if error else "delivered"):
        await switch.clock.sleep(STAGE_SECONDS)
        if status == "sent":
            message.sent = now()
        else:
            message.error = error
        _reach(switch, message, status)


def _reach(switch: Switch, message: Message, status: str) -> None:
    message.status = status
    message.history.append(status)
    form = {
        "AccountSid": switch.account.sid,
        "ApiVersion": VERSION,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "From": message.from_,
        "To": message.to,
    }
    if message.service:
        form["MessagingServiceSid"] = message.service
    if message.error:
        form["ErrorCode"] = str(message.error)
    switch.webhooks.notify("message-status", message.sid, message.callback, form)


async def receive(switch: Switch, from_: str, to: str, body: str, media: int) -> tuple[str, list[Message]]:
    """A person writes to one of our numbers; the sid, and what the platform answered with <Message>."""
    number = switch.account.numbers[to.removeprefix(WHATSAPP)]
    message = Message(switch.account.new_sid("SM"), from_, to, body, "inbound", "received")
    switch.account.messages[message.sid] = message
    if not number.message_url:
        return message.sid, []
    answer = await switch.webhooks.control("message", number.message_url, _form(switch, message, media))
    xml = answer.body.decode(errors="replace") if answer else ""
    if not xml.strip():  # an empty answer is allowed here
        return message.sid, []
    switch.webhooks.violations += [f"TwiML of message: {problem}" for problem in check(xml, messaging=True)]
    try:
        replies = [_reply(switch, message, node) for node in parse(xml).children if node.name == "Message"]
    except NotTwiML:
        replies = []
    for reply in replies:
        send(switch, reply)
    return message.sid, replies


def _form(switch: Switch, message: Message, media: int) -> dict[str, str]:
    form = {
        "AccountSid": switch.account.sid,
        "ApiVersion": VERSION,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "From": message.from_,
        "To": message.to,
        "Body": message.body,
        "NumMedia": str(media),
        "NumSegments": "1",
    }
    for number in range(media):
        url = f"{switch.base}/{VERSION}/Accounts/{switch.account.sid}/Messages/{message.sid}/Media/ME{number:032x}"
        form |= {f"MediaUrl{number}": url, f"MediaContentType{number}": "image/jpeg"}
    if message.from_.startswith(WHATSAPP):
        return form | {"ProfileName": "", "WaId": message.from_.removeprefix(f"{WHATSAPP}+")}
    return form | places(From=message.from_, To=message.to)


def _reply(switch: Switch, received: Message, node: TwimlElement) -> Message:
    bodies: Sequence[str] = [child.text for child in node.children if child.name == "Body"]
    text = " ".join([node.text, *bodies]).strip()
    from_, to = node.get("from", received.to), node.get("to", received.from_)
    reply = Message(switch.account.new_sid("SM"), from_, to, text, "outbound-reply")
    reply.callback = node.get("action") or node.get("statusCallback")
    return reply
