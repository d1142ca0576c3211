from __future__ import annotations

from datetime import timedelta

import pytest
from contacts import a_contact, browser, save, url
from django.conf import settings
from django.utils import timezone
from people import People, as_user

from foundation.journal.models import Event
from hotline.contacts.models import SURFACES_AFTER, Contact
from hotline.contacts.tasks import surface

pytestmark = pytest.mark.django_db


def left_alone(people: People, contact: object, since: timedelta) -> None:
    as_user(people.handler, lambda: Contact.objects.filter(pk=contact).update(saved_at=timezone.now() - since))


def test_forgotten_contact_surfaces_once_and_returns_when_its_handler_saves(people: People) -> None:
    forgotten, fresh = a_contact(people.handler), a_contact(people.handler)
    left_alone(people, forgotten, SURFACES_AFTER + timedelta(minutes=1))
    left_alone(people, fresh, SURFACES_AFTER - timedelta(minutes=1))
    surface()
    surface()
    assert as_user(people.colleague, lambda: [c.pk for c in Contact.objects.all()]) == [forgotten]
    events = as_user(
        people.coordinator, lambda: list(Event.objects.filter(kind="contact.surfaced").values_list("subject"))
    )
    assert events == [(forgotten,)]
    save(browser(people.handler), forgotten, notes="still at it")
    assert as_user(people.colleague, Contact.objects.count) == 0
    assert browser(people.colleague).get(url("contact", forgotten)).status_code == 404


def test_surface_task_runs_every_minute() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["surface-contacts"]
    assert (entry["task"], entry["schedule"]) == ("hotline.tasks.surface", timedelta(minutes=1))
