"""Celery tasks: a heartbeat, and the hourly anchor of the chain of events."""

from __future__ import annotations

from celery import shared_task

from . import anchors
from .actions import beat


@shared_task(name="journal.tasks.heartbeat")
def heartbeat() -> None:
    """Sent by beat, run by a worker: shows that both are alive."""
    beat("beat")


@shared_task(name="journal.tasks.anchor")
def anchor() -> None:
    """Note the end of the chain outside the database."""
    anchors.note()
