"""Signatures, repeats, duplicates, disorder."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from twilio.request_validator import RequestValidator

from demo.simulator import Caller, Chaos, Number, signature
from demo.simulator.webhooks import Latency, latencies
from tests.demo.simulator.ground import OURS, TOKEN, Says, ground, twiml

CENTRE: dict[str, Says] = {
    "/voice": twiml('<Enqueue waitUrl="/wait" action="/queue">q</Enqueue>'),
    "/wait": twiml("<Pause length='2'/>"),
}


def test_the_real_validator_accepts_our_signature_and_no_other() -> None:
    url, form = "https://lotse.test/hotline/voice?centre=1", {"To": OURS, "Body": "Grüße \n ß", "From": ""}
    ours = signature(TOKEN, url, form)
    validator = RequestValidator(TOKEN)
    assert validator.validate(url, form, ours)
    assert not validator.validate(url, form, signature("another token", url, form))
    assert not validator.validate(url, {**form, "Body": "x"}, ours)
    assert not validator.validate(url.replace("1", "2"), form, ours)


def test_a_known_signature() -> None:
    """The example of the provider's page on security, computed there."""
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    assert signature("12345", "https://example.com/myapp.php?foo=1&bar=2", form) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_get_requests_sign_their_query() -> None:
    async def run() -> None:
        says: dict[str, Says] = {"/voice": twiml('<Redirect method="GET">/there?a=1</Redirect>')}
        async with ground({**says, "/there": twiml("<Hangup/>")}) as (platform, provider):
            await provider.ring(Caller(), to=OURS)
            assert platform.paths()[:2] == ["/voice", "/there"]
            assert platform.forged == []

    asyncio.run(run())


def test_duplicates_are_the_same_request_and_want_the_same_answer() -> None:
    async def run() -> None:
        async with ground(CENTRE, chaos=Chaos(duplicates=1.0)) as (platform, provider):
            await provider.ring(Caller(patience=9), to=OURS)
            await provider.settled()
            assert len(platform.forms("/voice")) == 2
            by_token = itertools.groupby(sorted(provider.exchanges, key=lambda one: one.token), lambda one: one.token)
            pairs = [list(those) for _, those in by_token]
            assert all(len(pair) == 2 and pair[0].parameters == pair[1].parameters for pair in pairs)
            assert sum(one.duplicate for one in provider.exchanges) == len(pairs)
            assert provider.violations == []
            count = itertools.count()
            platform.on("/status", lambda _: str(next(count)))  # nobody reads what a notice is answered
            platform.on("/voice", lambda _: twiml(f"<Say>{next(count)}</Say>"))
            await provider.ring(Caller(), to=OURS)
            [violation] = provider.violations
            assert "/voice came twice" in violation

    asyncio.run(run())


def order(seed: int, chaos: Chaos) -> list[str]:
    """Sequence numbers of notices about one call, as they arrive."""

    async def run() -> list[str]:
        async with ground({}, seed=seed, chaos=chaos) as (platform, provider):
            for number in range(12):
                form = {"SequenceNumber": str(number)}
                provider.webhooks.notify("call-status", "CA1", f"{platform.base}/status", form)
                await asyncio.sleep(0.003)
            await provider.settled()
            return [form["SequenceNumber"] for form in platform.forms("/status")]

    return asyncio.run(run())


def test_notices_keep_their_order_without_chaos() -> None:
    assert order(1, Chaos()) == [str(number) for number in range(12)]


def test_a_notice_waits_for_the_one_before_about_the_same_object() -> None:
    at_once: dict[str, int] = {}
    most: dict[str, int] = {}

    async def slow(form: dict[str, str]) -> None:
        key = form["CallSid"]
        at_once[key] = at_once.get(key, 0) + 1
        most[key] = max(most.get(key, 0), at_once[key])
        most["both"] = max(most.get("both", 0), sum(at_once.values()))
        await asyncio.sleep(0.01)
        at_once[key] -= 1

    async def run() -> None:
        async with ground({"/status": slow}) as (platform, provider):
            for key in ["CA1", "CA2"] * 4:
                provider.webhooks.notify("call-status", key, f"{platform.base}/status", {"CallSid": key})
            await provider.settled()

    asyncio.run(run())
    assert most == {"CA1": 1, "CA2": 1, "both": 2}


@pytest.mark.parametrize("chaos", [Chaos(late=0.4, late_by=20), Chaos(reordered=0.4)])
def test_notices_come_late_and_swapped(chaos: Chaos) -> None:
    came = order(1, chaos)
    assert came != [str(number) for number in range(12)]
    assert sorted(came, key=int) == [str(number) for number in range(12)]


def test_control_requests_are_never_late() -> None:
    async def run() -> None:
        async with ground(CENTRE, chaos=Chaos(late=1.0, reordered=1.0, late_by=1000)) as (_, provider):
            outcome = await provider.ring(Caller(patience=5), to=OURS)
            assert outcome.duration < 10

    asyncio.run(run())


def test_a_public_address_is_signed_and_reached_elsewhere() -> None:
    async def run() -> None:
        number = Number("https://lotse.test/voice")
        async with ground({"/voice": twiml("<Say>da</Say>")}, number=lambda _: number) as (platform, provider):
            provider.webhooks.reach = {"https://lotse.test": platform.base}
            platform.base = "https://lotse.test"
            assert (await provider.ring(Caller(), to=OURS)).diary.heard == ["da"]

    asyncio.run(run())


def test_unreachable_platform_is_an_alert() -> None:
    async def run() -> None:
        async with ground({}, number=lambda _: Number("http://127.0.0.1:9/voice")) as (_, provider):
            outcome = await provider.ring(Caller(), to=OURS)
            assert outcome.diary.heard == []
            assert [one.status for one in provider.exchanges] == [0, 0]
            assert provider.alerts == ["11200 voice /voice: no answer"]

    asyncio.run(run())


def test_latencies() -> None:
    async def run() -> None:
        async with ground(CENTRE) as (_, provider):
            await provider.ring(Caller(patience=9), to=OURS)
            found = provider.latencies()
            assert {"voice", "wait", "queue", "all"} <= set(found)
            assert found["all"].count == len(provider.exchanges)
            assert 0 < found["wait"].p50 <= found["wait"].p99 <= found["wait"].slowest

    asyncio.run(run())
    assert latencies([]) == {}
    assert Latency(1, 0, 0, 0, 0, 0).count == 1
