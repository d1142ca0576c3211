"""Celery tasks that surface forgotten contacts and execute planned endings."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from foundation.accounts.models import User
from foundation.accounts.permissions import NotAllowed
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as

from .actions import surface_forgotten
from .endings import carry_out_ending, give_up_ending
from .models import Contact

log = logging.getLogger(__name__)
MOST_ENDINGS = 50  # per run; the next run is two seconds later


@shared_task(name="hotline.tasks.surface")
def surface() -> None:
    """Every minute: show forgotten contacts to the shift. A missed run needs no repair; the next one does the work."""
    shift = service_user(Service.SHIFT)
    with acting_as(shift, purpose="surface"):
        surface_forgotten(by=shift, now=timezone.now())


@shared_task(name="hotline.tasks.end_contacts")
def end_contacts() -> None:
    """Every two seconds: execute due endings, each in its own transaction."""
    shift = service_user(Service.SHIFT)
    now = timezone.now()
    with acting_as(shift, purpose="endings"):
        due = list(Contact.objects.ending().filter(ends_at__lte=now).select_related("ending_by")[:MOST_ENDINGS])
    for contact in due:
        try:
            _end(contact.ending_by, contact.pk)
        except Exception:  # execute the others; this one is retried in two seconds
            log.exception("contact %s could not be ended", contact.pk)


def _end(chooser: User | None, contact_id: UUID) -> None:
    """End the contact in the name of the person who chose the ending; if not permitted any more, surface it."""
    now = timezone.now()
    if chooser is None:
        return
    try:
        with acting_as(chooser, purpose="ending"):
            carry_out_ending(by=chooser, contact_id=contact_id, now=now)
    except NotAllowed:
        shift = service_user(Service.SHIFT)
        with acting_as(shift, purpose="endings"):
            give_up_ending(by=shift, contact_id=contact_id, now=now)
