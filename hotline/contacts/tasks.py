"""Celery tasks that show forgotten contacts to the shift and carry out endings."""

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
MOST_ENDINGS = 50  # in one sweep; the next one comes two seconds later


@shared_task(name="hotline.tasks.surface")
def surface() -> None:
    """Swept every minute: a signal does not lie in one person's tray. A run that is left out is made up by the next."""
    shift = service_user(Service.SHIFT)
    with acting_as(shift, purpose="surface"):
        surface_forgotten(by=shift, now=timezone.now())


@shared_task(name="hotline.tasks.end_contacts")
def end_contacts() -> None:
    """Swept every two seconds: endings that nobody has undone in time are carried out, each on its own."""
    shift = service_user(Service.SHIFT)
    now = timezone.now()
    with acting_as(shift, purpose="endings"):
        due = list(Contact.objects.ending().filter(ends_at__lte=now).select_related("ending_by")[:MOST_ENDINGS])
    for contact in due:
        try:
            _end(contact.ending_by, contact.pk)
        except Exception:  # the others end all the same; this one is tried again in two seconds
            log.exception("contact %s could not be ended", contact.pk)


def _end(chooser: User | None, contact_id: UUID) -> None:
    """As an act of whoever chose the ending; without their right to it any more, it becomes the shift's."""
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
