"""Celery tasks that carry out what was decided, each dossier in a transaction of its own."""

from __future__ import annotations

import logging

from celery import shared_task

from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as

from .actions import Outcome, carry_out_erasure
from .models import Erasure

log = logging.getLogger(__name__)
MOST = 200  # per run


@shared_task(name="retention.tasks.erase")
def erase() -> None:
    """Carry out decided erasures. One that fails, is held or has to wait does not delay the others."""
    retention = service_user(Service.RETENTION)
    with acting_as(retention, purpose="retention"):
        waiting = list(Erasure.objects.waiting().values_list("pk", flat=True)[:MOST])
    for erasure_id in waiting:
        try:
            with acting_as(retention, purpose="retention"):
                outcome = carry_out_erasure(by=retention, erasure_id=erasure_id)
        except Exception:
            log.exception("erasure %s failed, the next run tries again", erasure_id)
        else:
            if outcome is not Outcome.ERASED:
                log.info("erasure %s: %s", erasure_id, outcome)
