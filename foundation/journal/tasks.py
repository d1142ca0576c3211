"""The Celery task that shows that beat and a worker are alive."""

from __future__ import annotations

from celery import shared_task

from .actions import beat


@shared_task(name="journal.tasks.heartbeat")
def heartbeat() -> None:
    """Sent by beat, run by a worker: shows that both are alive."""
    beat("beat")
