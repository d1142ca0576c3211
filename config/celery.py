"""Celery: it wakes things up and repeats them; nothing that has a deadline depends on it."""

from __future__ import annotations

import os
import warnings
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import celeryd_init
from django.core.management import call_command

from config.servers import require_servers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if os.environ.get("C_FORCE_ROOT"):  # whoever sets it knows; the danger was pickle, which is off
    warnings.filterwarnings("ignore", category=SecurityWarning)


def configured(name: str, **options: Any) -> Celery:
    """An app with our settings and all tasks of the rooms."""
    made = Celery(name, **options)
    made.config_from_object("django.conf:settings", namespace="CELERY")
    made.autodiscover_tasks()
    return made


app = configured("lotse")


@celeryd_init.connect
def ask_servers(**_: object) -> None:
    """Before a worker says anything."""
    require_servers()


@app.task(name="config.celery.clear_sessions")
def clear_sessions() -> None:
    """Delete sessions that have ended."""
    call_command("clearsessions")
