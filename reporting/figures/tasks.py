"""The Celery task that updates the counts from the journal."""

from __future__ import annotations

from celery import shared_task

from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as

from .counting import BATCH, count_on

#: Batches per run; the next run continues.
AT_ONCE = 50


@shared_task(name="reporting.tasks.count")
def count() -> None:
    """Update the counts from the journal, in batches with a transaction each."""
    for _batch in range(AT_ONCE):
        with acting_as(service_user(Service.STATISTICS), purpose="statistics"):
            if count_on().events < BATCH:
                return
