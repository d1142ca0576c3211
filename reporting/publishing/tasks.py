"""The Celery task that makes the PDFs of releases."""

from __future__ import annotations

import logging
import time

from celery import shared_task

from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from foundation.privacy.time_limits import TASK_LASTS
from foundation.ui.typesetting import TypesettingFailed

from .actions import keep_paper
from .content import LANGUAGES
from .models import Paper, Release
from .typeset import pdf_bytes

log = logging.getLogger(__name__)


@shared_task(name="publishing.tasks.typeset")
def typeset(event_id: int | None = None) -> None:
    """Make missing PDFs. Called by the relay, and by beat for missed ones."""
    service = service_user(Service.STATISTICS)
    with acting_as(service, purpose="typesetting"):
        made = set(Paper.objects.values_list("release", "language"))
        wanted = Release.objects.kept().values_list("pk", flat=True)
        missing = [(pk, language) for pk in wanted for language in LANGUAGES if (pk, language) not in made]
        releases = Release.objects.in_bulk({pk for pk, _language in missing})
    until = time.monotonic() + TASK_LASTS
    for pk, language in missing:
        if time.monotonic() > until:
            return  # the next run continues
        release = releases[pk]
        try:
            body = pdf_bytes(release.content, language)
        except TypesettingFailed:
            log.exception("release %s could not be typeset in %s", release.pk, language)
            continue
        with acting_as(service, purpose="typesetting"):
            keep_paper(by=service, release=release, language=language, body=body)
