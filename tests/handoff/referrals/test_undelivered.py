"""The administrators' page of e-mails that could not be sent."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from people import People, make_user
from referrals import SUMMARY, offered
from web import browser

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from handoff.referrals.models import Notice
from handoff.referrals.tasks import send_notices

PAGE = "/administration/undelivered/"


@pytest.fixture
def administrator(people: People) -> User:
    return make_user((people.centre, Role.ADMINISTRATOR))


@pytest.fixture
def dead(people: People) -> Notice:
    offered(people)
    with acting_as(service_user(Service.DEADLINES), purpose="test"):
        Notice.objects.update(gave_up_at=timezone.now(), attempts=28)
        return Notice.objects.select_related("recipient").get()


def test_administrators_see_a_dead_notice_without_content(dead: Notice, administrator: User) -> None:
    client = browser(administrator)
    assert PAGE in client.get(reverse("accounts:administration")).content.decode()
    page = client.get(PAGE).content.decode()
    assert dead.recipient.email in page
    assert [word for word in (SUMMARY, str(dead.referral_id)) if word in page] == []


def test_retrying_a_notice_twice_sends_it_once(dead: Notice, administrator: User) -> None:
    mail.outbox = []
    send_notices()
    assert mail.outbox == []
    client = browser(administrator)
    address = reverse("handoff:retry_notice", args=[dead.pk])
    assert "is being sent again" in client.post(address, follow=True).content.decode()
    assert "no longer waiting here" in client.post(address, follow=True).content.decode()
    send_notices()
    send_notices()
    assert [message.to for message in mail.outbox] == [[dead.recipient.email]]
    assert "No undelivered e-mails" in client.get(PAGE).content.decode()
    client.post(address)
    send_notices()
    assert len(mail.outbox) == 1


def test_others_neither_see_nor_retry_dead_notices(dead: Notice, people: People) -> None:
    for person in (people.coordinator, people.handler, people.worker):
        client = browser(person)
        assert client.get(PAGE).status_code == 404
        assert client.post(reverse("handoff:retry_notice", args=[dead.pk])).status_code == 404
    send_notices()
    with acting_as(service_user(Service.DEADLINES), purpose="test"):
        assert Notice.objects.given_up().count() == 1


def test_administrators_read_unsent_notices_only(dead: Notice, administrator: User) -> None:
    with acting_as(administrator, purpose="test"):
        assert Notice.objects.count() == 1
    with acting_as(service_user(Service.DEADLINES), purpose="test"):
        Notice.objects.update(sent_at=timezone.now())
    with acting_as(administrator, purpose="test"):
        assert Notice.objects.count() == 0
