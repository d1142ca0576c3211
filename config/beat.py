"""Celery's beat, which sends tasks by name and so need not load the apps.

`celery -A config.beat beat` instead of `celery -A config beat` saves about 40 MB.
"""

from __future__ import annotations

import os

import celery.apps.beat
from celery import Celery
from celery.signals import beat_init

from config.servers import in_a_child, require_servers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("lotse", fixups=[])  # without the Django fixup, which would load every app
app.config_from_object("django.conf:settings", namespace="CELERY")


class Beat(celery.apps.beat.Beat):
    def run(self) -> None:
        """Run beat. It uses no database connection, but a wrong DATABASE_URL is reported."""
        in_a_child(require_servers)
        super().run()


app.Beat = app.subclass_with_self(Beat)


@beat_init.connect
def show_life(**_: object) -> None:
    """Send a heartbeat at once; beat would send the first one only after a whole interval."""
    app.send_task("journal.tasks.heartbeat", expires=10)
