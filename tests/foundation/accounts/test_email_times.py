"""E-mails and documents that are made for somebody write the times of that person's organisation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone, translation
from past_policies import change
from people import PASSWORD, People
from web import sign_in

from foundation.accounts.models import Organisation, User
from foundation.accounts.time_zones import as_read_by

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 1, 1, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("who", "zone", "words"),
    [
        ("handler", "Indian/Reunion", "2 January 2026, 02:30"),
        ("handler", "America/Martinique", "1 January 2026, 18:30"),
        ("handler", "Europe/Berlin", "1 January 2026, 23:30"),
        ("worker", "Pacific/Noumea", "2 January 2026, 09:30"),
        ("worker", "Asia/Kathmandu", "2 January 2026, 04:15"),
    ],
)
def test_a_mail_about_the_account_has_the_time_of_its_reader(
    people: People, settings: Any, who: str, zone: str, words: str
) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    user: User = getattr(people, who)
    home = people.centre if who == "handler" else people.partner
    change(Organisation.objects.filter(pk=home.pk), time_zone=zone)
    change(User.objects.filter(pk=user.pk), language="en")
    with time_machine.travel(EVENING, tick=True):
        client = Client()
        sign_in(client, user)
        typed = {"oldpassword": PASSWORD, "password1": "a new one at night", "password2": "a new one at night"}
        assert client.post("/accounts/password/change/", typed).status_code == 302
    assert words in mail.outbox[-1].body


def test_what_a_task_writes_is_in_the_readers_zone_and_language(people: People) -> None:
    change(Organisation.objects.filter(pk=people.partner.pk), time_zone="Indian/Reunion")
    change(User.objects.filter(pk=people.worker.pk), language="fr")
    before = timezone.get_current_timezone_name(), translation.get_language()
    with as_read_by(User.objects.get(pk=people.worker.pk)):
        assert (timezone.get_current_timezone_name(), translation.get_language()) == ("Indian/Reunion", "fr")
    assert (timezone.get_current_timezone_name(), translation.get_language()) == before
