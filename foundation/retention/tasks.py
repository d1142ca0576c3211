"""Celery tasks that carry out what is decided and due."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from .sweeping import Swept, erase_due
from .sweeping import sweep as sweep_all


@shared_task(name="retention.tasks.erase")
def erase() -> None:
    """Carry out decided erasures."""
    erase_due(timezone.now(), Swept())


@shared_task(name="retention.tasks.sweep")
def sweep() -> None:
    """Every night: announce, erase and delete what the rules say. A missed run needs no repair."""
    sweep_all(timezone.now())
