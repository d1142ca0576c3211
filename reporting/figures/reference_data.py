"""Reference data for the rows of an imported past."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from foundation.accounts.models import Organisation
from hotline.contacts.models import CallerType
from regions.models import PostalCode

from .mapping import Lists, Unusable
from .models import Cell, Import, ImportedCount
from .past_rows import Past

#: Every contact is in exactly one cell of one of these measures.
CONTACTS = ("contacts", "other_kind")


def known_for(centre: Organisation) -> Lists:
    """The lists of a centre. Runs inside ``acting_as`` a user who may read the centre's cells."""
    regions = _regions(centre.country)
    codes = PostalCode.objects.filter(country=centre.country, is_main=True).values_list("code", "region_id")
    return Lists(
        country=centre.country,
        today=timezone.now().astimezone(centre.zone).date(),
        groups={code: parent or code for code, parent in CallerType.objects.values_list("code", "parent_id")},
        regions=regions,
        postal_codes={code: regions[region] for code, region in codes if region in regions},
        live=live_months(centre),
    )


def live_months(centre: Organisation) -> frozenset[date]:
    """Months with counted contacts that are not imported. Runs inside ``acting_as``, as ``known_for``."""
    imported = ImportedCount.objects.filter(source__centre=centre, cell__measure__in=CONTACTS)
    brought = dict(imported.values_list("cell").annotate(Sum("number")))
    counted = Cell.objects.filter(centre=centre, measure__in=CONTACTS).values_list("pk", "month", "number")
    return frozenset(month for pk, month, number in counted if number > brought.get(pk, 0))


def refuse_doubles(centre: Organisation, past: Past) -> None:
    """Raises Unusable if something would be counted twice. Reliable only while the lock of counting is held."""
    if earlier := Import.objects.filter(centre=centre, digest=past.digest).first():
        raise Unusable(f"This very file was imported already, on {earlier.made_at:%Y-%m-%d}.")
    if earlier := _same_content(centre, past):
        raise Unusable(f"The same rows were imported already, on {earlier.made_at:%Y-%m-%d}, from another file.")
    if both := live_months(centre) & past.months:
        raise Unusable(f"Contacts of {min(both):%Y-%m} were counted here meanwhile; these would be counted twice.")


def _same_content(centre: Organisation, past: Past) -> Import | None:
    """An earlier import with the same number in every cell, such as of the same file saved again."""
    for one in Import.objects.filter(centre=centre, rows=past.rows, first=past.first, last=past.last):
        counted = ImportedCount.objects.filter(source=one).values_list(
            "cell__measure", "cell__month", "cell__key", "number"
        )
        if {(measure, month, key): number for measure, month, key, number in counted} == dict(past.counts):
            return one
    return None


def _regions(country: str) -> dict[str, str]:
    """What each region counts as for a centre of ``country``; the same rule as for live contacts."""
    with connection.cursor() as cursor:
        cursor.execute("select code, ntk.counted_region(code, %s) from regions_region where level > 0", [country])
        return dict(cursor.fetchall())
