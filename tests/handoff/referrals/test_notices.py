"""E-mails about referrals: one for each event and person, none lost, with the reference as the only content."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cluster import OwnDatabase
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from people import People, as_user, make_user
from referrals import SECRETS, SUMMARY, in_threads, offered, ready

from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from handoff.referrals.models import Notice
from handoff.referrals.notices import LEASE
from handoff.referrals.partner_actions import decline_referral
from handoff.referrals.tasks import send_notices
from handoff.referrals.vocabulary import DeclineReason

REFUSED: set[str] = set()


class ChoosyBackend(EmailBackend):
    """A mail server that refuses some recipients."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if REFUSED & {address for message in messages for address in message.to}:
            raise ConnectionRefusedError
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def choosy(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django finds the backend by its dotted name, so it needs one."""
    monkeypatch.setitem(sys.modules, "choosy_mail", sys.modules[__name__])
    settings.EMAIL_BACKEND = "choosy_mail.ChoosyBackend"  # type: ignore[attr-defined]
    REFUSED.clear()
    mail.outbox = []


def sent_to() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


def unsent() -> int:
    with acting_as(service_user(Service.DEADLINES), purpose="test"):
        return Notice.objects.filter(sent_at=None).count()


def test_everybody_of_the_partner_gets_one_notice_of_an_offer(people: People) -> None:
    second = make_user((people.partner, Role.PARTNER_COORDINATOR), language="de")
    referral = offered(people)
    send_notices()
    send_notices()
    assert sent_to() == sorted([people.worker.email, second.email])
    assert unsent() == 0
    german = next(message for message in mail.outbox if message.to == [second.email])
    assert referral.reference in german.subject
    assert referral.reference in german.body


def test_notice_contains_the_reference_and_no_content(people: People) -> None:
    referral = offered(people, fields=["phone"], legal_basis="consent")
    as_user(
        people.worker,
        decline_referral,
        by=people.worker,
        referral_id=referral.pk,
        reason=DeclineReason.SAFETY,
        text="canary",
    )
    send_notices()
    assert sent_to() == sorted([people.worker.email, people.handler.email])
    told = "".join(f"{message.subject} {message.body}" for message in mail.outbox)
    assert [word for word in (*SECRETS.values(), SUMMARY, "canary", "Safety", str(referral.pk)) if word in told] == []


def test_task_with_an_event_id_sends_the_notices_of_this_event(people: People) -> None:
    offered(people)
    with acting_as(service_user(Service.DEADLINES), purpose="test"):
        event = Notice.objects.get().event
    send_notices(event + 1000)
    assert sent_to() == []
    send_notices(event)
    send_notices(event)
    assert sent_to() == [people.worker.email]


def test_refused_mail_is_retried_after_the_lease_and_delays_no_other(people: People) -> None:
    second = make_user((people.partner, Role.PARTNER_WORKER))
    offered(people)
    REFUSED.add(people.worker.email)
    now = datetime.now(UTC)
    with time_machine.travel(now, tick=False):
        send_notices()
    assert (sent_to(), unsent()) == ([second.email], 1)
    REFUSED.clear()
    with time_machine.travel(now + LEASE - timedelta(seconds=1), tick=False):
        send_notices()
    assert sent_to() == [second.email]
    with time_machine.travel(now + LEASE + timedelta(seconds=1), tick=False):
        send_notices()
    assert (sent_to(), unsent()) == (sorted([people.worker.email, second.email]), 0)


def test_two_senders_at_once_send_each_notice_once(own_database: OwnDatabase) -> None:
    people = ready()
    for _round in range(3):
        offered(people)
    in_threads(send_notices, send_notices, send_notices)
    assert (len(mail.outbox), unsent()) == (3, 0)


def test_notices_are_not_readable_by_others(people: People) -> None:
    referral = offered(people)
    for user, number in ((people.worker, 1), (people.handler, 0), (people.other_worker, 0), (people.coordinator, 0)):
        with acting_as(user, purpose="test"):
            assert Notice.objects.filter(referral=uuid.UUID(str(referral.pk))).count() == number
