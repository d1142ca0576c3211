"""Stores an imported past: counts without rows; a whole file or nothing."""

from __future__ import annotations

from datetime import date

from django.db import connection

from foundation.accounts.models import Organisation, User
from foundation.accounts.permissions import require
from foundation.accounts.roles import Permission
from foundation.accounts.services import Service, service_user
from foundation.journal.actions import record

from .counting import BATCH, count_on
from .events import FIGURES_IMPORTED
from .mapping import Unusable
from .models import Import
from .past_rows import Past
from .reference_data import refuse_doubles

ADD = """
with added as (
    select measure, month, key, number
    from unnest(%(measures)s::text[], %(months)s::date[], %(keys)s::text[], %(numbers)s::bigint[])
        added(measure, month, key, number)
), cell as (
    insert into reporting_cell (centre_id, measure, month, key, number)
    select %(centre)s, measure, month, key, number from added order by measure, month, key
    on conflict (centre_id, measure, month, key) do update set number = reporting_cell.number + excluded.number
    returning id, measure, month, key
)
insert into reporting_importedcount (source_id, cell_id, number)
select %(source)s, cell.id, added.number from cell join added using (measure, month, key)
"""


def import_past(*, by: User, centre: Organisation, past: Past) -> Import:
    """Add the counts of a checked file. Runs inside ``acting_as`` the service ``statistics``.

    Raises NotAllowed; raises Unusable for a file with problems, one that was imported before, and one with months of
    which contacts have been counted here meanwhile.
    """
    require(by, Permission.FIGURES_READ, centre.pk)
    if past.wrong or not past.rows:
        raise Unusable("The file has problems.")
    while count_on(BATCH).events == BATCH:  # takes the lock of counting, and counts the latest contacts
        pass
    refuse_doubles(centre, past)
    made = Import.objects.create(
        centre=centre, digest=past.digest, rows=past.rows, first=past.first, last=past.last, made_by=by
    )
    _add(made, past)
    record(
        FIGURES_IMPORTED,
        by=service_user(Service.STATISTICS),
        subject=made.pk,
        centre=centre.pk,
        data={"rows": past.rows, "by": by.pk},
    )
    return made


def _add(made: Import, past: Past) -> None:
    counts: list[tuple[str, date, str, int]] = [(*cell, number) for cell, number in past.counts.items()]
    measures, months, keys, numbers = (list(column) for column in zip(*counts, strict=True))
    values = {"measures": measures, "months": months, "keys": keys, "numbers": numbers}
    with connection.cursor() as cursor:
        cursor.execute(ADD, {**values, "centre": made.centre_id, "source": made.pk})
