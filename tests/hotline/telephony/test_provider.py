"""Parsing webhooks and rendering documents, without a database."""

from __future__ import annotations

import inspect
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from telephone import PUBLIC, TELEPHONY, TOKEN, sign
from twilio.twiml.voice_response import Dial, VoiceResponse

from hotline.telephony import provider
from hotline.telephony.provider import parse, render, render_message, verify
from hotline.telephony.verbs import (
    Enqueue,
    Gather,
    HangUp,
    Join,
    Leave,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
)

FORM = "application/x-www-form-urlencoded"
PATH = "/telephone/voice/?a=1&b=%C3%A4"
VALUES = {"CallSid": "CA1", "From": "+49341", "Body": " with spaces ", "New": "ä€"}


@pytest.fixture(autouse=True)
def connected(settings: Any) -> None:
    settings.TELEPHONY = dict(TELEPHONY)


def asked(values: dict[str, str] | None = None, signature: str = "", token: str = "") -> HttpRequest:
    body = urlencode(VALUES if values is None else values)
    headers = {"X-Twilio-Signature": signature, "I-Twilio-Idempotency-Token": token}
    return RequestFactory().post(PATH, body, content_type=FORM, headers=headers)


def test_signed_request_is_valid_for_any_host_header() -> None:
    assert verify(asked(signature=sign(PUBLIC + PATH, VALUES)))
    assert verify(RequestFactory().post(PATH, headers={"X-Twilio-Signature": sign(PUBLIC + PATH, {})}))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "x",
        "ä",
        sign(PUBLIC + PATH, VALUES, "other"),
        sign("http://testserver" + PATH, VALUES),
        sign(PUBLIC, VALUES),
    ],
)
def test_altered_requests_are_invalid(signature: str) -> None:
    assert not verify(asked(signature=signature))


@pytest.mark.parametrize("missing", ["account", "token"])
def test_no_request_is_valid_without_an_account(settings: Any, missing: str) -> None:
    settings.TELEPHONY = {**TELEPHONY, missing: ""}
    assert not verify(asked(signature=sign(PUBLIC + PATH, VALUES, settings.TELEPHONY["token"])))


@given(
    st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=8), max_size=5),
    st.text(min_size=1, max_size=5),
    st.text(min_size=1, max_size=5),
)
def test_signature_is_valid_only_for_its_parameters(values: dict[str, str], name: str, value: str) -> None:
    signature = sign(PUBLIC + PATH, values)
    assert verify(asked(values, signature))
    assert verify(asked({**values, name: value}, signature)) == (values.get(name) == value)


# --- parsing ----------------------------------------------------------------------------------------------------


def test_parse_keeps_all_values_unchanged() -> None:
    event = parse(asked(token="token"))
    assert event.parameters == VALUES
    assert (event.get("Body"), event.get("nothing"), event.token, event.sid) == (" with spaces ", "", "token", "CA1")


@pytest.mark.parametrize(
    ("values", "sid"),
    [
        ({"ConferenceSid": "CF1", "CallSid": "CA1"}, "CF1"),
        ({"MessageSid": "SM1"}, "SM1"),
        ({"CallSid": "CA1"}, "CA1"),
        ({"ConferenceSid": "", "CallSid": "CA1"}, "CA1"),
        ({"CallSid": "x" * 100}, "x" * 64),
        ({}, ""),
    ],
)
def test_parse_reads_the_subject_of_an_event(values: dict[str, str], sid: str) -> None:
    assert parse(asked(values)).sid == sid


@pytest.mark.parametrize(
    ("said", "number"),
    [("0", 0), ("17", 17), ("", None), ("-1", None), ("x", None), ("²", None), ("1.5", None), ("9" * 9, None)],
)
def test_parse_reads_the_sequence_number(said: str, number: int | None) -> None:
    assert parse(asked({"SequenceNumber": said})).sequence == number


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("Mon, 23 Nov 2026 08:00:00 +0000", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 08:00:00 -0000", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 10:00:00 +0200", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:59 -1200", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_parse_reads_the_providers_time(said: str, moment: datetime | None) -> None:
    assert parse(asked({"Timestamp": said})).at == moment


@given(st.dictionaries(st.sampled_from(["SequenceNumber", "Timestamp", "CallSid", "Body"]), st.text()))
def test_parse_never_fails(values: dict[str, str]) -> None:
    event = parse(asked(values))
    assert not [value for value in event.parameters.values() if "\0" in value]


# --- rendering --------------------------------------------------------------------------------------------------

text = st.text("abc<>&\"' äöü€\n", max_size=20)
url = st.sampled_from(["https://lotse.example/a/?b=1&c=2", "https://lotse.example/x/"])
prompts: st.SearchStrategy[Any] = st.one_of(
    st.builds(Say, text, st.sampled_from(["de-DE", "fr-FR", "en-GB"])),
    st.builds(Play, url),
    st.builds(Pause, st.just(8)),
)
verbs: st.SearchStrategy[list[Verb]] = st.lists(
    st.one_of(
        prompts,
        st.builds(Gather, url, st.lists(prompts, max_size=3), st.integers(1, 9)),
        st.builds(Enqueue, st.just("line-1"), url, url),
        st.builds(Join, st.just("room"), st.just("label"), url, url, st.booleans()),
        st.builds(Record, url, url, st.integers(1, 300)),
        st.builds(Redirect, url),
        st.sampled_from([Leave(), HangUp(), Reject()]),
    ),
    max_size=4,
)
#: The parameters of the library's methods are the known attributes.
METHODS = {name.title(): getattr(VoiceResponse, name) for name in (
    "say", "play", "pause", "gather", "enqueue", "dial", "record", "redirect", "leave", "hangup", "reject",
)} | {"Conference": Dial.conference}  # fmt: skip
INSIDE = {"Response": set(METHODS) - {"Conference"}, "Gather": {"Say", "Play", "Pause"}, "Dial": {"Conference"}}


def known_attributes(tag: str) -> set[str]:
    names = (name.split("_") for name in inspect.signature(METHODS[tag]).parameters)
    return {first + "".join(word.title() for word in rest) for first, *rest in names}


@given(verbs)
def test_every_rendered_document_has_only_known_verbs_and_attributes(said: list[Verb]) -> None:
    document = ET.fromstring(render(said))
    assert document.tag == "Response"
    assert len(document) == len(said)
    for parent in document.iter():
        assert {child.tag for child in parent} <= INSIDE.get(parent.tag, set())
        assert parent is document or set(parent.attrib) <= known_attributes(parent.tag)


@given(st.lists(st.builds(Say, text, st.just("de-DE")), max_size=3))
def test_rendered_text_is_unchanged(said: list[Verb]) -> None:
    heard = ET.fromstring(render(said))
    assert [node.text or "" for node in heard] == [verb.text for verb in said if isinstance(verb, Say)]


def test_gather_asks_for_one_key_and_continues_without_input() -> None:
    gather = ET.fromstring(render([Gather("https://a/", [Say("1", "de-DE")], timeout=3)]))[0]
    wanted = {"input": "dtmf", "numDigits": "1", "actionOnEmptyResult": "true", "timeout": "3", "action": "https://a/"}
    assert gather.attrib == wanted


@pytest.mark.parametrize("ends", [True, False])
def test_end_of_room_is_set_only_for_bound_participants(ends: bool) -> None:
    room = ET.fromstring(render([Join("room", "label", "https://a/", "https://b/", ends_room=ends)]))[0][0]
    assert (room.text, room.get("participantLabel")) == ("room", "label")
    assert (room.get("endConferenceOnExit"), room.get("startConferenceOnEnter")) == (str(ends).lower(), "true")
    assert room.get("record") is None, "nothing is recorded"


def test_message_response_is_empty_without_a_text() -> None:
    assert len(ET.fromstring(render_message())) == 0
    assert ET.fromstring(render_message("a & b"))[0].text == "a & b"


@pytest.mark.parametrize("has_key", [True, False])
def test_browser_token_needs_a_configured_key(settings: Any, has_key: bool) -> None:
    if has_key:
        settings.TELEPHONY = {**TELEPHONY, "api_key": "SK1", "api_secret": 2 * TOKEN, "app": "AP1"}
    made = provider.client_token(identity="user_7")
    assert (made and (made.identity, made.token.count("."))) == (("user_7", 2) if has_key else None)
