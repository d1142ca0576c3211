"""Each date, time and number has bounds in the database, so that pages and files can show every row."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from architecture.world import Career, Plan, World, build, make_organisations
from cluster import OwnDatabase
from django.apps import apps
from django.db import DataError, IntegrityError, connection, models, transaction
from past_policies import change
from people import People

from foundation.accounts.models import User
from foundation.accounts.roles import Role
from handoff.referrals.states import ReferralState
from hotline.telephony import provider

OWN = {
    "privacy", "accounts", "journal", "regions", "hotline", "switchboard", "texting", "triage", "cases", "handoff",
    "reporting", "publishing",
}  # fmt: skip
BOUNDED = (
    models.DateField, models.TimeField, models.DurationField, models.IntegerField, models.DecimalField,
    models.FloatField,
)  # fmt: skip
#: Model or column, and why it needs no bounds of its own.
EXCEPTIONS = {
    models.AutoField: "counted up by the database, from 1",
    models.BigAutoField: "the same",
}
#: Their upper bound is the column's type: smallint and integer, which every page can show.
COUNTS = (models.PositiveIntegerField, models.PositiveSmallIntegerField)
CHECKS = """
select c.relname, a.attname, pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = any(k.conkey)
where k.contype = 'c' and k.convalidated and c.relnamespace = 'public'::regnamespace
"""


def columns() -> list[tuple[str, models.Field[object, object]]]:
    return [
        (model._meta.db_table, field)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in OWN
        for field in model._meta.local_fields
        if isinstance(field, BOUNDED) and not isinstance(field, tuple(EXCEPTIONS))
    ]


def missing(column: str, checks: list[str], *, only_lower: bool) -> str:
    """Which of the two bounds no constraint of the column states."""
    name = rf'\(?"?{column}"?\)?(?:::\w+)?'
    lower = any(re.search(rf"{name} (>|>=|=) ", check) for check in checks)
    upper = only_lower or any(re.search(rf"{name} (<|<=|=) ", check) for check in checks)
    return "" if lower and upper else " and ".join(["lower"] * (not lower) + ["upper"] * (not upper))


@pytest.mark.django_db
def test_each_date_and_number_has_both_bounds() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CHECKS)
        found: dict[tuple[str, str], list[str]] = {}
        for table, column, check in cursor.fetchall():
            found.setdefault((table, column), []).append(check)
    wrong = {}
    for table, field in columns():
        lacks = missing(field.column, found.get((table, field.column), []), only_lower=isinstance(field, COUNTS))
        if lacks:
            wrong[f"{table}.{field.column}"] = lacks
    assert wrong == {}
    assert len(columns()) > 130


CAREERS = [Career([((0, Role.HANDLER), False)], True)] * 4
PLAN = Plan(CAREERS, 0, True, (1, True), 0, (0, None), ReferralState.ACCEPTED)
ABSURD = {
    models.DateTimeField: ["'0001-01-01'", "'1989-12-30'", "'2100-01-02'", "'-infinity'", "'infinity'", "'9999-12-31'"],
    models.DateField: ["'0001-01-01'", "'1989-12-30'", "'2100-01-02'", "'-infinity'", "'infinity'", "'4713-01-01 BC'"],
    models.TimeField: ["'24:00'"],
    models.IntegerField: ["-2", "-2147483648", "9007199254740992", "9223372036854775807"],
}


def absurd_for(field: models.Field[object, object]) -> list[str]:
    return next(values for kind, values in ABSURD.items() if isinstance(field, kind))


def test_the_database_refuses_absurd_values_in_every_row(as_superuser: None, own_database: OwnDatabase) -> None:
    """As superuser, who bypasses policies, so that only the constraint can refuse."""
    world: World = build(PLAN, make_organisations())
    assert world.contact.pk
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")  # triggers would refuse first
        taken = []
        for table, field in columns():
            for value in absurd_for(field):
                try:
                    with transaction.atomic():
                        cursor.execute(f'update "{table}" set "{field.column}" = {value}')
                        number = cursor.rowcount
                        transaction.set_rollback(True)
                except (IntegrityError, DataError):
                    continue
                if number:
                    taken.append((table, field.column, value))
    assert taken == []


@pytest.mark.parametrize("year", [1, 1989, 2100, 9999])
def test_a_user_did_not_join_outside_our_calendars(people: People, year: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change(User.objects.filter(pk=people.handler.pk), last_login=datetime(year, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "Fri, 31 Dec 9999 23:59:59 -2359", "Fri, 01 Jan 1971 00:00:00 +0000",
        "Mon, 01 Jan 1990 00:00:00 +1400", "Fri, 01 Jan 2100 00:00:00 -0001", "Sat, 28 Nov 99999 10:00:00 +0000",
    ],
)  # fmt: skip
def test_the_providers_clock_is_not_believed_outside_our_calendars(text: str) -> None:
    assert provider._moment(text) is None


@pytest.mark.parametrize(("code", "kept"), [(21610, 21610), (-1, 0), (10**30, 0), ("21610", 0), (None, 0)])
def test_an_absurd_error_code_of_the_provider_is_none(code: int, kept: int) -> None:
    assert provider.TelephonyError(code).code == kept
