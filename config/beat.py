"""Celery's beat on its own: it sends tasks by name and so needs neither the apps nor their memory.

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
        """It keeps no connection to PostgreSQL itself; a wrong address is reported nevertheless."""
        in_a_child(require_servers)
        super().run()


app.Beat = app.subclass_with_self(Beat)


@beat_init.connect
def show_life(**_: object) -> None:
    """Beat would send its first heartbeat only after a whole interval."""
    app.send_task("journal.tasks.heartbeat", expires=10)
