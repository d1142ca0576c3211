"""The figures of the demo: an invented past is imported; two coordinators release years and quarters, and one waits."""

from __future__ import annotations

import csv
import random
import tempfile
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from foundation.accounts.models import Organisation, User
from foundation.privacy.context import acting_as
from reporting.figures.tasks import count
from reporting.publishing.actions import prepare_release, release_figures, show_publicly
from reporting.publishing.content import PeriodKind
from reporting.publishing.periods import choices

from .published_history import DELIMITER, ENCODING, HEADER, history

#: Contacts of the imported past, by who asked.
PAST = {"education": 600, "police": 250, "rest": 1250}


def make_releases(centre: Organisation, first: User, second: User, now: datetime, share: float) -> None:
    """Released are the two years before this one and the invented year's quarters but the last, which waits.

    The newest of each has a public page. ``share``: of the demo; the past is as many contacts less. The worker makes
    the PDFs.
    """
    today = now.astimezone(centre.zone).date()
    begun = (today - timedelta(days=366)).replace(day=1)
    import_past(centre, first, begun, share)
    count()
    over = sorted(choices(today, years=2), key=lambda one: one.first)
    years = [one for one in over if one.kind == PeriodKind.YEAR]
    *quarters, waiting = [one for one in over if one.kind == PeriodKind.QUARTER and one.first >= begun]
    for span in [*years, *quarters]:
        with acting_as(first, purpose="demo"):
            made = prepare_release(by=first, centre=centre, code=span.code)
        with acting_as(second, purpose="demo"):
            release_figures(by=second, release_id=made.pk)
            show_publicly(by=second, release_id=made.pk, is_public=span in (years[-1], *quarters[-1:]))
    with acting_as(first, purpose="demo"):
        prepare_release(by=first, centre=centre, code=waiting.code)


def import_past(centre: Organisation, by: User, begun: date, share: float) -> None:
    """From two years before until the invented year begins on the day ``begun``."""
    parts = {category: round(number * share) for category, number in PAST.items()}
    rows = history(parts, date(begun.year - 1, 1, 1), begun - timedelta(days=1), random.Random(1))
    mapping = Path(settings.BASE_DIR) / "docs" / "import" / "mapping.yaml"
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "past.csv"
        with file.open("w", encoding=ENCODING, newline="") as opened:
            writer = csv.writer(opened, delimiter=DELIMITER)
            writer.writerow(HEADER)
            writer.writerows(rows)
        call_command("import_past", str(file), mapping=mapping, centre=str(centre.pk), by=by.email, stdout=StringIO())
