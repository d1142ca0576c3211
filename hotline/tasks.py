from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.services import Service, service_user
from privacy.context import acting_as

from .actions import surface_forgotten


@shared_task(name="hotline.tasks.surface")
def surface() -> None:
    """Swept every minute: a signal does not lie in one person's tray. A run that is left out is made up by the next."""
    shift = service_user(Service.SHIFT)
    with acting_as(shift, purpose="surface"):
        surface_forgotten(by=shift, now=timezone.now())
