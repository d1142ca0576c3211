"""The Celery app. It only triggers work; due work is stored in the database."""

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
if os.environ.get("C_FORCE_ROOT"):  # set deliberately; the risk was pickle, which is disabled
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
    """Check the servers before a worker starts."""
    require_servers()


@app.task(name="config.celery.clear_sessions")
def clear_sessions() -> None:
    """Delete sessions that have ended."""
    call_command("clearsessions")
