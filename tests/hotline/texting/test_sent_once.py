"""Each reply is sent once, even if the provider is slow, fails or does not respond, and if processes die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from background import BackgroundProvider
from cluster import CHECKOUT, OwnDatabase
from people import People, as_user, make_people
from referrals import in_threads
from telephone import ACCOUNT, LINE, TELEPHONY, TOKEN, by_telephone, make_line, tell

from demo.simulator import Faults, Number, Provider, WebhookResponse
from hotline.contacts.models import Contact
from hotline.telephony import provider
from hotline.texting.actions import reply
from hotline.texting.models import TextMessage
from hotline.texting.tasks import send_messages
from tests.hotline.texting.trickle import trickling


async def nowhere(method: str, url: str, form: Any, headers: Any) -> WebhookResponse:
    """Loses all status callbacks."""
    return WebhookResponse(204)


@pytest.fixture
def scenario(own_database: OwnDatabase, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scenario]:
    """The simulator as the provider; requests time out after 0.4 s instead of 5 s."""
    monkeypatch.setattr(provider, "TIMEOUT", (1.0, 0.4))
    settings.TELEPHONY = dict(TELEPHONY)
    made = Provider(ACCOUNT, TOKEN, {LINE: Number("https://lotse.example/voice/")}, scale=200, send=nowhere)
    with BackgroundProvider(made) as running:
        settings.TELEPHONY = {**TELEPHONY, "api_url": running.base_url}
        yield Scenario(own_database, running)
        assert [one for one in running.provider.violations if "GET" in one or "POST" in one] == []


class Scenario:
    def __init__(self, database: OwnDatabase, background: BackgroundProvider) -> None:
        self.database, self.background, self.provider = database, background, background.provider
        self.people = make_people()
        make_line(self.people.centre)

    def answer(self, count: int = 1, text: str = "Thank you for writing.") -> list[str]:
        """This number of people have written and get a reply; returns their numbers."""
        numbers = [f"+4934112345{number:02}" for number in range(10, 10 + count)]
        for number in numbers:
            tell("/telephone/message/", {"MessageSid": uuid.uuid4().hex, "From": number, "To": LINE, "Body": "words"})
        answer_all(self.people, text)
        return numbers

    def pass_time(self, seconds: float) -> None:
        """Move the times of waiting messages back by these seconds."""
        shift = f"- interval '{seconds} seconds'"
        self.database.sql(
            f"update texting_textmessage set due_at = due_at {shift}, asked_at = asked_at {shift},"
            f" claimed_until = claimed_until {shift}"
        )

    def send_until_settled(self, rounds: int = 8, step: float = 35) -> None:
        """Run the task repeatedly, as beat does over some minutes."""
        for _round in range(rounds):
            assert in_threads(send_messages, send_messages) == []
            time.sleep(0.05)
            self.pass_time(step)

    def arrived(self) -> Counter[str]:
        return Counter(one.to for one in self.provider.sent_messages)

    def states(self) -> Counter[tuple[str, bool]]:
        """State, and whether the sid is known."""
        rows = by_telephone(lambda: list(TextMessage.objects.filter(is_from_caller=False)))
        return Counter((row.state, row.sid is not None) for row in rows)


def answer_all(people: People, text: str) -> None:
    for contact in as_user(people.handler, lambda: list(Contact.objects.all())):
        as_user(people.handler, reply, by=people.handler, contact=contact, message_id=uuid.uuid4(), text=text)


def test_a_slow_provider_gets_each_of_many_answers_once(scenario: Scenario) -> None:
    """24 replies of 0.25 s each; the lease lasts only as long as one."""
    numbers = scenario.answer(24)
    scenario.provider.fail_next("POST", "/Messages.json", status=0, hang=0.25, times=100)
    assert in_threads(send_messages, send_messages, send_messages) == []
    scenario.send_until_settled(rounds=3)
    assert scenario.arrived() == dict.fromkeys(numbers, 1)
    assert scenario.states() == {("queued", True): 24}


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 500, "is_done": True}, id="taken, and answered with an error"),
        pytest.param({"status": 503, "is_done": True}, id="taken, and answered that it is away"),
        pytest.param({"status": 0, "is_done": True, "hang": 1.0}, id="taken, and answered too late"),
        pytest.param({"status": 0, "hang": 1.0}, id="taken too late for us"),
        pytest.param({"status": 500, "is_done": True, "hang": 1.0}, id="taken, and an error that came too late"),
        pytest.param({"status": 500}, id="not taken"),
        pytest.param({"status": 503}, id="away"),
        pytest.param({"status": 429}, id="too many requests"),
        pytest.param({"status": 401}, id="credentials not taken"),
    ],
)
@pytest.mark.parametrize("times", [1, 2])
def test_message_with_unclear_response_is_looked_up_before_it_is_sent_again(
    scenario: Scenario, fault: dict[str, Any], times: int
) -> None:
    numbers = scenario.answer(3)
    scenario.provider.fail_next("POST", "/Messages.json", times=times, **fault)
    send_messages()
    time.sleep(float(fault.get("hang", 0)))
    scenario.send_until_settled()
    assert scenario.arrived() == dict.fromkeys(numbers, 1)
    assert scenario.states() == {("queued", True): 3}


def test_equal_texts_to_the_same_number_are_distinguished(scenario: Scenario) -> None:
    (number,) = scenario.answer(1, "I will call you.")
    answer_all(scenario.people, "I will call you.")
    scenario.provider.fail_next("POST", "/Messages.json", status=500, is_done=True)
    scenario.provider.fail_next("POST", "/Messages.json", status=500)
    scenario.send_until_settled()
    assert scenario.arrived() == {number: 2}
    assert scenario.states() == {("queued", True): 2}


@pytest.mark.parametrize("seed", range(3))
def test_each_reply_is_sent_once_with_random_failures(scenario: Scenario, seed: int) -> None:
    numbers = scenario.answer(12)
    luck = scenario.provider.luck
    luck.chance.seed(seed)
    luck.faults = Faults(failed=0.1, accepted=0.15, unauthorised=0.05, too_many=0.1, slow=0.2, slow_by=1.0)
    for _round in range(4):
        assert in_threads(send_messages, send_messages, send_messages) == []
        time.sleep(1.0)
        scenario.pass_time(35)
    luck.faults = Faults()
    scenario.send_until_settled()
    assert scenario.arrived() == dict.fromkeys(numbers, 1)
    assert scenario.states() == {("queued", True): 12}


@pytest.mark.parametrize("is_taken", [True, False])
def test_process_killed_during_the_request_causes_no_second_message(scenario: Scenario, is_taken: bool) -> None:
    numbers = scenario.answer(2)
    scenario.provider.fail_next("POST", "/Messages.json", status=0, hang=30, is_done=is_taken)
    program = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        f"settings.TELEPHONY = {dict(TELEPHONY, api_url=scenario.background.base_url)!r}\n"
        "from hotline.texting.tasks import send_messages\n"
        "send_messages()\n"
    )
    sender = subprocess.Popen(
        [sys.executable, "-c", program], cwd=CHECKOUT, env=scenario.database.environment("lotse_worker")
    )
    until = time.monotonic() + 30
    while not scenario.provider.account.asked and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.2)
    os.kill(sender.pid, signal.SIGKILL)
    sender.wait()
    assert sum(scenario.arrived().values()) == int(is_taken)
    scenario.send_until_settled()
    assert scenario.arrived() == dict.fromkeys(numbers, 1)
    assert scenario.states() == {("queued", True): 2}


def test_message_stays_unclear_while_the_provider_cannot_be_asked(scenario: Scenario) -> None:
    numbers = scenario.answer(1)
    scenario.provider.fail_next("POST", "/Messages.json", status=500, is_done=True)
    scenario.provider.fail_next("GET", "/Messages.json", status=500, times=1000)
    scenario.send_until_settled(rounds=30, step=60)
    assert scenario.arrived() == dict.fromkeys(numbers, 1)
    assert scenario.states() == {("unclear", False): 1}
    (message,) = by_telephone(lambda: list(TextMessage.objects.filter(is_from_caller=False)))
    scenario.provider.fail_next("POST", "/Messages.json", status=500)
    send_messages()
    told = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    tell(f"/telephone/message/{message.pk}/", told)
    assert scenario.states() == {("delivered", True): 1}, "a late word of the provider makes it clear"


def test_webhook_settles_a_message_without_response(scenario: Scenario) -> None:
    numbers = scenario.answer(1)
    scenario.provider.fail_next("POST", "/Messages.json", status=500, is_done=True)
    send_messages()
    (message,) = by_telephone(lambda: list(TextMessage.objects.filter(is_from_caller=False)))
    (sent,) = scenario.provider.sent_messages
    tell(f"/telephone/message/{message.pk}/", {"MessageSid": sent.sid, "MessageStatus": "queued"})
    assert scenario.states() == {("queued", True): 1}
    asked = len(scenario.provider.account.asked)
    scenario.send_until_settled()
    assert len(scenario.provider.account.asked) == asked, "there is nothing left to ask"
    assert scenario.arrived() == dict.fromkeys(numbers, 1)


def test_result_of_an_expired_lease_changes_nothing(scenario: Scenario) -> None:
    """A sender that was suspended for minutes returns with an error, after another one has sent the message."""
    numbers = scenario.answer(1)
    scenario.provider.fail_next("POST", "/Messages.json", status=503, hang=0.3)

    def slow() -> None:
        send_messages()

    def other() -> None:
        time.sleep(0.15)
        scenario.pass_time(200)
        send_messages()

    assert in_threads(slow, other) == []
    scenario.send_until_settled()
    assert scenario.arrived() == dict.fromkeys(numbers, 1)
    assert scenario.states() == {("queued", True): 1}


def test_waiting_messages_are_not_sent_after_stop(scenario: Scenario) -> None:
    numbers = scenario.answer(2)
    tell("/telephone/message/", {"MessageSid": "SM9", "From": numbers[0], "To": LINE, "Body": "«Arrêt»"})
    scenario.send_until_settled(rounds=2)
    assert scenario.arrived() == {numbers[1]: 1}
    assert scenario.states() == {("queued", True): 1, ("failed", False): 1}


def test_slow_response_is_aborted_before_the_lease_expires(
    scenario: Scenario, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte arrives before the socket's timeout, but the whole response takes longer than the lease."""
    monkeypatch.setattr(provider, "LONGEST_REQUEST", 1.0)
    with trickling() as url:
        settings.TELEPHONY = {**TELEPHONY, "api_url": url}
        since = time.monotonic()
        with pytest.raises(provider.Unclear):
            provider.send_message(to="+493411234510", from_=LINE, text="x", status_url="https://lotse.example/x/")
        assert time.monotonic() - since < 2
