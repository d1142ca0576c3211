"""The figures of the demo: an invented past is imported, years are released by two coordinators, a quarter waits."""

from __future__ import annotations

import csv
import random
import tempfile
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from accounts.models import Organisation, User
from privacy.context import acting_as
from publishing.actions import prepare_release, release_figures, show_publicly
from publishing.content import PeriodKind
from publishing.periods import choices
from publishing.tasks import typeset
from reporting.tasks import count

from .past import DELIMITER, ENCODING, HEADER, history

#: Contacts of the imported past, by who asked.
PAST = {"education": 1700, "police": 700, "rest": 3600}


def make_releases(centre: Organisation, first: User, second: User, now: datetime, share: float) -> None:
    """The two years before this one are released, the newer one publicly; the last quarter waits.

    Of a ``share`` of the demo, only the newer year, of as many contacts less.
    """
    today = now.astimezone(centre.zone).date()
    import_past(centre, first, today, share)
    count()
    over = list(choices(today, years=2))
    years = sorted((one for one in over if one.kind == PeriodKind.YEAR), key=lambda one: one.first)
    for span in years if share == 1 else years[-1:]:
        with acting_as(first, purpose="demo"):
            made = prepare_release(by=first, centre=centre, code=span.code)
        with acting_as(second, purpose="demo"):
            release_figures(by=second, release_id=made.pk)
            show_publicly(by=second, release_id=made.pk, is_public=span == years[-1])
    newest = next(one for one in over if one.kind == PeriodKind.QUARTER)
    with acting_as(first, purpose="demo"):
        prepare_release(by=first, centre=centre, code=newest.code)
    if share == 1:  # otherwise the worker makes the PDFs
        typeset()


def import_past(centre: Organisation, by: User, today: date, share: float) -> None:
    """From the year before last until the invented year begins."""
    begun = (today - timedelta(days=366)).replace(day=1)
    parts = {category: round(number * share) for category, number in PAST.items()}
    rows = history(parts, date(today.year - 2, 1, 1), begun - timedelta(days=1), random.Random(1))
    mapping = Path(settings.BASE_DIR) / "docs" / "import" / "mapping.yaml"
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "past.csv"
        with file.open("w", encoding=ENCODING, newline="") as opened:
            writer = csv.writer(opened, delimiter=DELIMITER)
            writer.writerow(HEADER)
            writer.writerows(rows)
        call_command("import_past", str(file), mapping=mapping, centre=str(centre.pk), by=by.email, stdout=StringIO())
