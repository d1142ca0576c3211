"""Documents the library builds pass; wrong ones do not."""

from __future__ import annotations

import pytest
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from demo.simulator.twiml import check, parse, shape
from tests.demo.simulator.ground import OURS, twiml


def everything() -> str:
    response = VoiceResponse()
    gather = response.gather(num_digits=1, timeout=5, action="/menu", action_on_empty_result=True, input="dtmf speech")
    gather.say("Für Deutsch die 1", language="de-DE").break_(strength="weak", time="200ms")
    gather.play("https://lotse.test/clip.mp3", loop=2)
    gather.pause(length=1)
    response.enqueue("q", wait_url="/wait", wait_url_method="POST", action="/queue")
    dial = response.dial(action="/after", caller_id=OURS, timeout=20, record="record-from-answer-dual")
    dial.conference(
        "r1",
        participant_label="a1",
        beep="onEnter",
        wait_url="",
        end_conference_on_exit=False,
        start_conference_on_enter=True,
        status_callback="/room",
        status_callback_event="start end join leave mute hold",
    )
    response.dial(OURS)
    response.record(action="/left", max_length=120, finish_on_key="#", recording_status_callback="/recording")
    response.redirect("/voice", method="POST")
    response.reject(reason="busy")
    response.leave()
    response.hangup()
    return str(response)


def test_what_the_library_builds_is_accepted() -> None:
    assert check(everything()) == []
    message = MessagingResponse()
    message.message("Danke", action="/status").media("https://lotse.test/x.png")
    assert check(str(message), messaging=True) == []
    assert check(twiml("<Say>x</Say><Play>/x.mp3</Play><Pause/><Leave/><Redirect>/x</Redirect>"), waiting=True) == []


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        ("<Response><Say>", "not well-formed"),
        ("<Reply/>", "<Reply> instead of <Response>"),
        (twiml("<Answer/>"), "<Answer> cannot stand in <Response>"),
        (twiml("<Conference>r</Conference>"), "<Conference> cannot stand in <Response>"),
        (twiml(f"<Gather><Dial>{OURS}</Dial></Gather>"), "<Dial> cannot stand in <Gather>"),
        (twiml('<Say color="red">x</Say>'), "<Say> has no attribute color"),
        (twiml('<Gather numdigits="1"/>'), "<Gather> has no attribute numdigits"),
        (twiml('<Gather numDigits="0"/>'), "not a number from 1"),
        (twiml('<Gather input="keys"/>'), "not one of"),
        (twiml('<Gather actionOnEmptyResult="yes"/>'), "not one of"),
        (twiml('<Gather action="menu"/>'), "not an address"),
        (twiml('<Redirect method="PUT">/x</Redirect>'), "not one of GET, POST"),
        (twiml("<Redirect/>"), "<Redirect> leads to ''"),
        (twiml("<Dial><Conference/></Dial>"), "<Conference> has no name"),
        (twiml('<Dial><Conference beep="loud">r</Conference></Dial>'), "not one of"),
        (twiml('<Dial><Conference statusCallbackEvent="join left">r</Conference></Dial>'), "not of announcement"),
        (twiml('<Dial><Conference statusCallback="//x">r</Conference></Dial>'), "not an address"),
        (twiml("<Dial><Number>0911 1</Number></Dial>"), "not a number in E.164"),
        (twiml('<Dial callerId="anonymous"><Number>+4991155501</Number></Dial>'), "not a number in E.164"),
        (twiml("<Dial/>"), "dials nobody"),
        (twiml("<Enqueue/>"), "names no queue"),
        (twiml('<Reject reason="tired"/>'), "not one of busy, rejected"),
        (twiml("<Hangup>now</Hangup>"), "takes no text"),
        (twiml("Hello"), "text outside of a verb"),
    ],
)
def test_what_is_wrong(xml: str, problem: str) -> None:
    [found] = check(xml)
    assert problem in found


@pytest.mark.parametrize(
    "verb", [f"<Dial>{OURS}</Dial>", "<Record/>", "<Enqueue>q</Enqueue>", '<Reject reason="busy"/>']
)
def test_what_nobody_hears_while_waiting(verb: str) -> None:
    assert check(twiml(verb)) == []
    [found] = check(twiml(verb), waiting=True)
    assert "while waiting" in found


def test_voice_and_messaging_are_different() -> None:
    assert check(twiml("<Message>x</Message>")) != []
    assert check(twiml("<Say>x</Say>"), messaging=True) != []
    assert {"Say", "Dial", "Enqueue"} <= set(shape(VoiceResponse).children)


def test_parse_returns_the_element_tree() -> None:
    [gather, _, _] = parse(everything()).children[:3]
    assert (gather.name, gather.number("timeout", 1), gather.flag("actionOnEmptyResult", False)) == ("Gather", 5, True)
    assert gather.children[0].text == "Für Deutsch die 1"
