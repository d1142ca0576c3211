"""Celery: it wakes things up and repeats them; nothing that has a deadline depends on it."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import beat_init
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("lotse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task(name="config.celery.clear_sessions")
def clear_sessions() -> None:
    """Delete sessions that have ended."""
    call_command("clearsessions")


@beat_init.connect
def show_life(**_: object) -> None:
    """Beat would send its first heartbeat only after a whole interval."""
    app.send_task("journal.tasks.heartbeat", expires=10)
