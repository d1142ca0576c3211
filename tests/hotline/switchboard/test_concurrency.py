"""Concurrent actions and webhooks, with real commits."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from cluster import OwnDatabase
from django.utils import timezone
from people import People, as_user, make_people
from referrals import in_threads
from telephone import (
    LINE,
    Desk,
    Phone,
    agent_now,
    as_service,
    by_telephone,
    claim,
    go_on_duty,
    leg_of,
    make_line,
    open_offers,
    ordered,
    tell,
    waiting,
)

from foundation.accounts.models import User
from foundation.journal.stale import Stale
from foundation.privacy.context import acting_as
from hotline.contacts.actions import take_contact
from hotline.contacts.models import Contact
from hotline.switchboard.actions import accept
from hotline.switchboard.agents import choose_state
from hotline.switchboard.blocked_numbers import block_caller
from hotline.switchboard.commands import claim_commands
from hotline.switchboard.dispatch import expire_offers
from hotline.switchboard.models import Block, Call, Command, WebhookEvent
from hotline.switchboard.states import AgentState
from hotline.switchboard.sweep import offer_what_waits
from hotline.texting.actions import reply
from hotline.texting.models import TextMessage

OTHER = "+493411234568"


def contacts(people: People) -> list[tuple[Any, Any]]:
    """Id and handler of every contact of the centre."""
    return list(as_user(people.coordinator, lambda: list(Contact.objects.values_list("pk", "handler_id"))))


def together(*functions: Callable[[], object]) -> list[BaseException]:
    """Run concurrently; returns the exceptions."""
    barrier = threading.Barrier(len(functions))

    def after_the_barrier(function: Callable[[], object]) -> Callable[[], object]:
        return lambda: (barrier.wait(), function())

    return in_threads(*map(after_the_barrier, functions))


def test_two_handlers_accepting_concurrently_leave_one(own_database: OwnDatabase) -> None:
    people = make_people()
    make_line(people.centre)
    both = (people.handler, people.colleague)
    for number in range(5):
        phone = waiting(f"+49341123456{number}")
        for user in both:
            go_on_duty(user)
        failures = together(*[partial(claim, user, phone) for user in both])
        assert [type(failure) for failure in failures] == [Stale]
        call = phone.call
        states = {user.pk: agent_now(user).state for user in both}
        assert states.pop(call.claimed_by_id or 0) == "on_call"
        assert list(states.values()) == ["ready"]
        assert ordered(call) == ["dial"]
        assert (call.contact_id, call.claimed_by_id) in contacts(people)
        phone.hang_up()
        Desk(leg=leg_of(call)).hang_up()
    assert len(contacts(people)) == 5


def test_handler_accepting_two_calls_concurrently_gets_one(own_database: OwnDatabase) -> None:
    people = make_people()
    make_line(people.centre)
    go_on_duty(people.handler)
    first, second = waiting(), waiting(OTHER)
    failures = together(lambda: claim(people.handler, first), lambda: claim(people.handler, second))
    assert [type(failure) for failure in failures] == [Stale]
    assert sorted([first.call.state, second.call.state]) == ["connecting", "waiting"]
    assert len(contacts(people)) == 1


def test_uncommitted_claim_blocks_no_other_commit(own_database: OwnDatabase) -> None:
    """A commit holds the lock of the journal's chain while foreign keys are checked. If it waited there for a row, the
    row's owner would wait for the chain: a deadlock, which PostgreSQL detects only after a second."""
    people = make_people()
    make_line(people.centre)
    call_id = waiting().call.pk
    go_on_duty(people.handler)
    with acting_as(people.handler, purpose="test"):
        accept(by=people.handler, call_id=call_id)
        offering = threading.Thread(target=in_threads, args=[lambda: go_on_duty(people.colleague)])
        offering.start()  # offers the call to the colleague, in a row with a foreign key to it
        offering.join(10)
        assert not offering.is_alive()


def test_webhook_does_not_wait_for_a_concurrent_matching(own_database: OwnDatabase) -> None:
    """A slow request delays no webhook: calls that it could not see are offered by the sweep."""
    people = make_people()
    make_line(people.centre)
    go_on_duty(people.handler)
    go_on_duty(people.colleague)
    arriving = threading.Thread(target=in_threads, args=[waiting])
    sweeping = threading.Thread(target=in_threads, args=[partial(as_service, offer_what_waits)])
    with acting_as(people.colleague, purpose="test"):
        choose_state(by=people.colleague, state=AgentState.BREAK)
        arriving.start()
        arriving.join(10)
        assert not arriving.is_alive()
        sweeping.start()
        sweeping.join(0.5)
        assert sweeping.is_alive()
    sweeping.join(10)
    call = by_telephone(lambda: Call.objects.waiting().get())
    assert open_offers(call) == [people.handler.pk]


def one_after_another(people: People, calls: int) -> Iterator[Phone]:
    """The handler is ready, accepts each call and ends it."""
    for number in range(calls):
        phone = waiting(f"+49341123456{number}")
        go_on_duty(people.handler)
        yield phone
        phone.hang_up()
        Desk(leg=leg_of(phone.call)).hang_up()


def test_concurrent_accept_and_expiry_of_an_offer_do_not_deadlock(own_database: OwnDatabase) -> None:
    """There is no deadlock."""
    people = make_people()
    make_line(people.centre)
    for phone in one_after_another(people, 8):
        late = timezone.now() + timedelta(minutes=1)
        assert together(partial(claim, people.handler, phone), partial(as_service, expire_offers, now=late)) == []
        assert phone.call.claimed_by_id == people.handler.pk


def test_concurrent_repeat_of_a_webhook_has_one_effect(own_database: OwnDatabase) -> None:
    people = make_people()
    make_line(people.centre)
    for number in range(5):
        phone = Phone(f"+49341123456{number}")
        values = {"CallSid": phone.sid, "From": phone.number, "To": phone.to}
        assert len(same_twice("/telephone/voice/", values)) == 1
        key = phone.call.pk
        assert len(same_twice(f"/telephone/call/{key}/wait/", values)) == 1
        end = {"CallSid": phone.sid, "CallStatus": "completed", "SequenceNumber": "0"}
        assert same_twice("/telephone/status/", end) == {b""}
    assert by_telephone(Call.objects.count) == 5
    assert by_telephone(WebhookEvent.objects.count) == 15
    assert by_telephone(lambda: WebhookEvent.objects.exclude(problem="").count()) == 0
    kinds = "select kind, count(*) from journal_event where kind like 'call.%' group by 1 order by 1"
    assert own_database.sql(kinds).split() == ["call.arrived|5", "call.ended|5", "call.waiting|5"]


def test_concurrent_repeat_of_a_message_has_one_effect(own_database: OwnDatabase) -> None:
    """No call is locked here: a conflict of the unique key rolls back and retries."""
    people = make_people()
    make_line(people.centre)
    for number in range(5):
        said = {"MessageSid": f"SM{number}", "From": f"+49341123456{number}", "To": LINE, "Body": "Please write back."}
        assert len(same_twice("/telephone/message/", said)) == 1
    assert by_telephone(TextMessage.objects.count) == by_telephone(WebhookEvent.objects.count) == 5
    assert by_telephone(lambda: WebhookEvent.objects.exclude(problem="").count()) == 0
    assert own_database.sql("select count(*) from hotline_contact") == "5"


def same_twice(path: str, values: dict[str, str]) -> set[bytes]:
    token, heard = uuid.uuid4().hex, []
    assert together(*[lambda: heard.append(tell(path, values, repeat=token).content)] * 2) == []
    assert len(heard) == 2
    return set(heard)


def test_two_workers_never_claim_the_same_command(own_database: OwnDatabase) -> None:
    people = make_people()
    make_line(people.centre)
    users: list[User] = [people.handler, people.colleague, people.coordinator]
    for number, user in enumerate(users):
        go_on_duty(user)
        claim(user, waiting(f"+49341123456{number}"))
    for _round in range(5):
        claimed: list[int] = []
        assert together(*[lambda claimed=claimed: claimed.extend(c.pk for c in by_telephone(claim_commands))] * 3) == []
        assert len(claimed) == len(set(claimed)) == 3
        own_database.sql("update switchboard_command set claimed_until = null")
    assert by_telephone(lambda: {command.attempts for command in Command.objects.all()}) == {5}


def test_block_posted_twice_concurrently_is_made_once(own_database: OwnDatabase) -> None:
    people = make_people()
    make_line(people.centre)
    for phone in one_after_another(people, 5):
        claim(people.handler, phone)
        block = partial(as_user, people.handler, block_caller, by=people.handler, call_id=phone.call.pk)
        assert together(block, block) == []
    assert as_user(people.handler, Block.objects.count) == 5


def test_reply_posted_twice_concurrently_is_written_once(own_database: OwnDatabase) -> None:
    people = make_people()
    make_line(people.centre)
    tell("/telephone/message/", {"MessageSid": "SM1", "From": OTHER, "To": LINE, "Body": "words"})
    contact = as_user(people.coordinator, Contact.objects.get)
    as_user(people.handler, take_contact, by=people.handler, contact_id=contact.pk)
    taken = as_user(people.handler, Contact.objects.get)
    for _number in range(5):
        values = {"contact": taken, "message_id": uuid.uuid4(), "text": "Thank you."}
        answer = partial(as_user, people.handler, reply, by=people.handler, **values)
        assert together(answer, answer) == []
    assert as_user(people.handler, TextMessage.objects.filter(is_from_caller=False).count) == 5
    written = "select count(*) from journal_event where kind = 'message.written'"
    assert own_database.sql(written) == "5"
