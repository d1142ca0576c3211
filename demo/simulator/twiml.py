"""TwiML documents: read, and held against the classes of the provider's library.

Which element may stand in which, and with which attributes, is found by calling every method of the library's classes
once and looking at what it builds. Allowed values are not in those classes: they are from the provider's reference page
of each verb (docs/voice/twiml/...).
"""

from __future__ import annotations

import inspect
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from twilio.twiml import TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

#: docs/voice/twiml/enqueue: "The following verbs are supported in the TwiML document located at the waitUrl".
WAIT_VERBS = frozenset({"Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather"})
CONFERENCE_EVENTS = frozenset({"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"})
CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
RECORDING_EVENTS = frozenset({"in-progress", "completed", "absent"})
BOOLEAN = frozenset({"true", "false"})
METHOD = frozenset({"GET", "POST"})
DIAL_RECORD = frozenset(
    f"record-from-{start}{channels}" for start in ("answer", "ringing") for channels in ("", "-dual")
) | {"do-not-record", *BOOLEAN}
#: Values of one word. An attribute's own name, or element and attribute.
ONE_OF: dict[str, frozenset[str]] = {
    **dict.fromkeys(["actionOnEmptyResult", "muted", "startConferenceOnEnter", "endConferenceOnExit"], BOOLEAN),
    **dict.fromkeys(["hangupOnStar", "answerOnBridge", "playBeep", "transcribe", "bargeIn", "sequential"], BOOLEAN),
    **dict.fromkeys(["profanityFilter", "enhanced", "debug"], BOOLEAN),
    "Conference beep": frozenset({"true", "false", "onEnter", "onExit"}),
    "Conference record": frozenset({"do-not-record", "record-from-start", *BOOLEAN}),
    "Conference jitterBufferSize": frozenset({"small", "medium", "large", "off"}),
    "Dial record": DIAL_RECORD,
    "Gather input": frozenset({"dtmf", "speech", "dtmf speech", "speech dtmf"}),
    "Reject reason": frozenset({"rejected", "busy"}),
    "trim": frozenset({"trim-silence", "do-not-trim"}),
}
#: Values of several words.
SOME_OF: dict[str, frozenset[str]] = {
    "Conference statusCallbackEvent": CONFERENCE_EVENTS,
    "Number statusCallbackEvent": CALL_EVENTS,
    "Client statusCallbackEvent": CALL_EVENTS,
    "recordingStatusCallbackEvent": RECORDING_EVENTS,
}
AT_LEAST: dict[str, int] = {"timeout": 0, "length": 0, "loop": 0, "numDigits": 1, "maxLength": 1, "timeLimit": 1}
URLS = frozenset({"action", "statusCallback", "recordingStatusCallback", "transcribeCallback", "partialResultCallback"})
E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True)
class TwimlElement:
    """An element of a document. ``text`` is without the white space around it."""

    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple[TwimlElement, ...]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def flag(self, name: str, default: bool) -> bool:
        return self.get(name, str(default)).lower() == "true"

    def number(self, name: str, default: int) -> int:
        return int(self.get(name) or default)


@dataclass
class Shape:
    """What an element may carry: attributes, text, elements."""

    attributes: frozenset[str] = frozenset()
    text: bool = False
    children: dict[str, Shape] = field(default_factory=dict)


class NotTwiML(ValueError):
    """Not well-formed XML, or not a <Response>."""


def parse(xml: str) -> TwimlElement:
    """The <Response>. Raises NotTwiML."""
    try:
        root = ET.fromstring(xml.strip().encode())  # noqa: S314  the answer of the platform that is being tested
    except ET.ParseError as error:
        raise NotTwiML(f"not well-formed: {error}") from error
    if root.tag != "Response":
        raise NotTwiML(f"<{root.tag}> instead of <Response>")
    return _node(root)


def _node(element: ET.Element) -> TwimlElement:
    name = "{http://www.w3.org/XML/1998/namespace}"
    attributes = {key.replace(name, "xml:"): value for key, value in element.attrib.items()}
    return TwimlElement(element.tag, attributes, (element.text or "").strip(), tuple(_node(child) for child in element))


def check(xml: str, *, waiting: bool = False, messaging: bool = False) -> list[str]:
    """What is wrong with a document; empty when nothing is. ``waiting``: it is played to somebody in a queue."""
    try:
        root = parse(xml)
    except NotTwiML as error:
        return [str(error)]
    wrong = list(_wrong(root, shape(MessagingResponse if messaging else VoiceResponse)))
    if waiting:
        wrong += [f"<{verb.name}> while waiting in a queue" for verb in root.children if verb.name not in WAIT_VERBS]
    return wrong


@cache
def shape(response: type[Any]) -> Shape:
    return _shape_of(response, {})


def _shape_of(element: type[Any], known: dict[type[Any], Shape]) -> Shape:
    """Elements may contain each other (SSML): a shape is registered before its children are looked at."""
    found = known.setdefault(element, Shape())
    for name, method in inspect.getmembers(element, inspect.isfunction):
        if name.startswith("_") or name in TwiML.__dict__:
            continue
        child = _built(element, method)
        its = known[type(child)] if type(child) in known else _shape_of(type(child), known)
        its.attributes |= frozenset(child.attrs)
        its.text = its.text or child.value is not None
        found.children[child.name] = its
    return found


def _built(element: type[Any], method: Callable[..., Any]) -> Any:
    """The child that a method of the library builds when every argument is given."""
    parent = object.__new__(element)
    TwiML.__init__(parent)
    parameters = inspect.signature(method).parameters.values()
    names = [one.name for one in parameters if one.name != "self" and one.kind is not one.VAR_KEYWORD]
    return method(parent, **dict.fromkeys(names, "x"))


def _wrong(node: TwimlElement, its: Shape) -> Iterator[str]:
    if node.text and not its.text and node.name != "Response":
        yield f"<{node.name}> takes no text"
    if node.text and node.name == "Response":
        yield "text outside of a verb"
    for name, value in node.attributes.items():
        if name not in its.attributes:
            yield f"<{node.name}> has no attribute {name}"
        elif problem := _wrong_value(node.name, name, value):
            yield f"<{node.name} {name}={value!r}>: {problem}"
    yield from _wrong_text(node)
    for child in node.children:
        if child.name in its.children:
            yield from _wrong(child, its.children[child.name])
        else:
            yield f"<{child.name}> cannot stand in <{node.name}>"


def _wrong_value(element: str, name: str, value: str) -> str:
    if (
        allowed := ONE_OF.get(f"{element} {name}")
        or ONE_OF.get(name)
        or (METHOD if name[-6:].lower() == "method" else None)
    ):
        return "" if value in allowed else f"not one of {', '.join(sorted(allowed))}"
    if several := SOME_OF.get(f"{element} {name}") or SOME_OF.get(name):
        return "" if value.split() and set(value.split()) <= several else f"not of {', '.join(sorted(several))}"
    if name in AT_LEAST:
        return "" if _is_number(element, name, value) else f"not a number from {AT_LEAST[name]}"
    if name in URLS or name.lower().endswith("url"):
        return "" if is_address(value) or (not value and name == "waitUrl") else "not an address"
    if name == "callerId":
        return "" if E164.fullmatch(value) or value.startswith("client:") else "not a number in E.164"
    return ""


def _is_number(element: str, name: str, value: str) -> bool:
    if element in ("Gather", "Record") and name == "timeout" and value == "auto":
        return element == "Gather"
    return value.isdecimal() and int(value) >= AT_LEAST[name]


def _wrong_text(node: TwimlElement) -> Iterator[str]:
    if node.name in ("Redirect", "Play") and not is_address(node.text) and not node.get("digits"):
        yield f"<{node.name}> leads to {node.text!r}"
    if node.name == "Conference" and not node.text:
        yield "<Conference> has no name"
    if node.name == "Enqueue" and not node.text and not node.get("workflowSid"):
        yield "<Enqueue> names no queue"
    if node.name in ("Number", "Dial") and (node.text or node.name == "Number") and not E164.fullmatch(node.text):
        yield f"<{node.name}> {node.text!r} is not a number in E.164"
    if node.name == "Say" and not node.text and not node.children:
        yield "<Say> says nothing"
    if node.name == "Dial" and not node.text and not node.children:
        yield "<Dial> dials nobody"


def is_address(value: str) -> bool:
    """Absolute, or from the root: a relative one would depend on where the document came from."""
    parts = urlsplit(value)
    return (parts.scheme in ("http", "https") and bool(parts.netloc)) or (value.startswith("/") and value[1:2] != "/")
