"""The Celery task that brings the counts up to the journal."""

from __future__ import annotations

from celery import shared_task

from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as

from .counting import BATCH, count_on

#: So many batches at once; the next beat goes on.
AT_ONCE = 50


@shared_task(name="reporting.tasks.count")
def count() -> None:
    """Bring the counts up to the journal, batch by batch: each is a transaction of its own."""
    for _batch in range(AT_ONCE):
        with acting_as(service_user(Service.STATISTICS), purpose="statistics"):
            if count_on().events < BATCH:
                return
