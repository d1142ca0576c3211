"""However slow, confused or silent the provider is, and whenever we die: each answer reaches its person once."""

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
    """Status callbacks get lost on their way."""
    return WebhookResponse(204)


@pytest.fixture
def ground(own_database: OwnDatabase, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    """The strict provider; we wait 0.4 s for its answer instead of 5 s."""
    monkeypatch.setattr(provider, "TIMEOUT", (1.0, 0.4))
    settings.TELEPHONY = dict(TELEPHONY)
    made = Provider(ACCOUNT, TOKEN, {LINE: Number("https://lotse.example/voice/")}, scale=200, send=nowhere)
    with BackgroundProvider(made) as running:
        settings.TELEPHONY = {**TELEPHONY, "api_url": running.base_url}
        yield Ground(own_database, running)
        assert [one for one in running.provider.violations if "GET" in one or "POST" in one] == []


class Ground:
    def __init__(self, database: OwnDatabase, background: BackgroundProvider) -> None:
        self.database, self.background, self.provider = database, background, background.provider
        self.people = make_people()
        make_line(self.people.centre)

    def answer(self, count: int = 1, text: str = "Thank you for writing.") -> list[str]:
        """So many people have written and are answered; their numbers."""
        numbers = [f"+4934112345{number:02}" for number in range(10, 10 + count)]
        for number in numbers:
            tell("/telephone/message/", {"MessageSid": uuid.uuid4().hex, "From": number, "To": LINE, "Body": "words"})
        answer_all(self.people, text)
        return numbers

    def pass_time(self, seconds: float) -> None:
        """For what waits, so much time has passed."""
        shift = f"- interval '{seconds} seconds'"
        self.database.sql(
            f"update texting_textmessage set due_at = due_at {shift}, asked_at = asked_at {shift},"
            f" claimed_until = claimed_until {shift}"
        )

    def send_until_settled(self, rounds: int = 8, step: float = 35) -> None:
        """What beat does over some minutes: look, wait, look again."""
        for _round in range(rounds):
            assert in_threads(send_messages, send_messages) == []
            time.sleep(0.05)
            self.pass_time(step)

    def arrived(self) -> Counter[str]:
        return Counter(one.to for one in self.provider.sent_messages)

    def states(self) -> Counter[tuple[str, bool]]:
        """State, and whether the provider's name of it is known."""
        rows = by_telephone(lambda: list(TextMessage.objects.filter(is_from_caller=False)))
        return Counter((row.state, row.sid is not None) for row in rows)


def answer_all(people: People, text: str) -> None:
    for contact in as_user(people.handler, lambda: list(Contact.objects.all())):
        as_user(people.handler, reply, by=people.handler, contact=contact, message_id=uuid.uuid4(), text=text)


def test_a_slow_provider_gets_each_of_many_answers_once(ground: Ground) -> None:
    """24 answers of a quarter of a second each, and a lease that ends after one."""
    numbers = ground.answer(24)
    ground.provider.fail_next("POST", "/Messages.json", status=0, hang=0.25, times=100)
    assert in_threads(send_messages, send_messages, send_messages) == []
    ground.send_until_settled(rounds=3)
    assert ground.arrived() == dict.fromkeys(numbers, 1)
    assert ground.states() == {("queued", True): 24}


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
def test_an_unclear_answer_is_looked_for_before_anything_is_sent_again(
    ground: Ground, fault: dict[str, Any], times: int
) -> None:
    numbers = ground.answer(3)
    ground.provider.fail_next("POST", "/Messages.json", times=times, **fault)
    send_messages()
    time.sleep(float(fault.get("hang", 0)))
    ground.send_until_settled()
    assert ground.arrived() == dict.fromkeys(numbers, 1)
    assert ground.states() == {("queued", True): 3}


def test_the_same_words_to_the_same_number_are_told_apart(ground: Ground) -> None:
    (number,) = ground.answer(1, "I will call you.")
    answer_all(ground.people, "I will call you.")
    ground.provider.fail_next("POST", "/Messages.json", status=500, is_done=True)
    ground.provider.fail_next("POST", "/Messages.json", status=500)
    ground.send_until_settled()
    assert ground.arrived() == {number: 2}
    assert ground.states() == {("queued", True): 2}


@pytest.mark.parametrize("seed", range(3))
def test_disorder_of_every_kind(ground: Ground, seed: int) -> None:
    numbers = ground.answer(12)
    luck = ground.provider.luck
    luck.chance.seed(seed)
    luck.faults = Faults(failed=0.1, accepted=0.15, unauthorised=0.05, too_many=0.1, slow=0.2, slow_by=1.0)
    for _round in range(4):
        assert in_threads(send_messages, send_messages, send_messages) == []
        time.sleep(1.0)
        ground.pass_time(35)
    luck.faults = Faults()
    ground.send_until_settled()
    assert ground.arrived() == dict.fromkeys(numbers, 1)
    assert ground.states() == {("queued", True): 12}


@pytest.mark.parametrize("is_taken", [True, False])
def test_who_dies_while_asking_leaves_no_second_message(ground: Ground, is_taken: bool) -> None:
    numbers = ground.answer(2)
    ground.provider.fail_next("POST", "/Messages.json", status=0, hang=30, is_done=is_taken)
    program = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        f"settings.TELEPHONY = {dict(TELEPHONY, api_url=ground.background.base_url)!r}\n"
        "from hotline.texting.tasks import send_messages\n"
        "send_messages()\n"
    )
    sender = subprocess.Popen(
        [sys.executable, "-c", program], cwd=CHECKOUT, env=ground.database.environment("lotse_worker")
    )
    until = time.monotonic() + 30
    while not ground.provider.account.asked and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.2)
    os.kill(sender.pid, signal.SIGKILL)
    sender.wait()
    assert sum(ground.arrived().values()) == int(is_taken)
    ground.send_until_settled()
    assert ground.arrived() == dict.fromkeys(numbers, 1)
    assert ground.states() == {("queued", True): 2}


def test_a_provider_that_cannot_be_asked_leaves_it_unclear_and_sends_nothing_twice(ground: Ground) -> None:
    numbers = ground.answer(1)
    ground.provider.fail_next("POST", "/Messages.json", status=500, is_done=True)
    ground.provider.fail_next("GET", "/Messages.json", status=500, times=1000)
    ground.send_until_settled(rounds=30, step=60)
    assert ground.arrived() == dict.fromkeys(numbers, 1)
    assert ground.states() == {("unclear", False): 1}
    (message,) = by_telephone(lambda: list(TextMessage.objects.filter(is_from_caller=False)))
    ground.provider.fail_next("POST", "/Messages.json", status=500)
    send_messages()
    told = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    tell(f"/telephone/message/{message.pk}/", told)
    assert ground.states() == {("delivered", True): 1}, "a late word of the provider makes it clear"


def test_a_webhook_tells_what_an_answer_did_not(ground: Ground) -> None:
    numbers = ground.answer(1)
    ground.provider.fail_next("POST", "/Messages.json", status=500, is_done=True)
    send_messages()
    (message,) = by_telephone(lambda: list(TextMessage.objects.filter(is_from_caller=False)))
    (sent,) = ground.provider.sent_messages
    tell(f"/telephone/message/{message.pk}/", {"MessageSid": sent.sid, "MessageStatus": "queued"})
    assert ground.states() == {("queued", True): 1}
    asked = len(ground.provider.account.asked)
    ground.send_until_settled()
    assert len(ground.provider.account.asked) == asked, "there is nothing left to ask"
    assert ground.arrived() == dict.fromkeys(numbers, 1)


def test_what_was_looked_at_under_a_lease_that_ran_out_changes_nothing(ground: Ground) -> None:
    """A sender that was stopped for minutes comes back with a bad answer, after another has sent it."""
    numbers = ground.answer(1)
    ground.provider.fail_next("POST", "/Messages.json", status=503, hang=0.3)

    def slow() -> None:
        send_messages()

    def other() -> None:
        time.sleep(0.15)
        ground.pass_time(200)
        send_messages()

    assert in_threads(slow, other) == []
    ground.send_until_settled()
    assert ground.arrived() == dict.fromkeys(numbers, 1)
    assert ground.states() == {("queued", True): 1}


def test_after_stop_nothing_that_waits_is_sent(ground: Ground) -> None:
    numbers = ground.answer(2)
    tell("/telephone/message/", {"MessageSid": "SM9", "From": numbers[0], "To": LINE, "Body": "«Arrêt»"})
    ground.send_until_settled(rounds=2)
    assert ground.arrived() == {numbers[1]: 1}
    assert ground.states() == {("queued", True): 1, ("failed", False): 1}


def test_an_answer_that_trickles_in_is_given_up_in_time(
    ground: Ground, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes before the time limit of the socket: all of them together would outlast the lease."""
    monkeypatch.setattr(provider, "LONGEST_REQUEST", 1.0)
    with trickling() as url:
        settings.TELEPHONY = {**TELEPHONY, "api_url": url}
        since = time.monotonic()
        with pytest.raises(provider.Unclear):
            provider.send_message(to="+493411234510", from_=LINE, text="x", status_url="https://lotse.example/x/")
        assert time.monotonic() - since < 2
