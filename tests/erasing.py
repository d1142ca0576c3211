"""Erasing dossiers in tests, and what the database then has."""

from __future__ import annotations

from typing import Any

from cluster import OwnDatabase
from django.utils import timezone
from people import People, as_user, new_id

from foundation.accounts.models import User
from foundation.accounts.services import Service, service_user
from foundation.privacy.context import acting_as
from foundation.retention.actions import Outcome, carry_out_erasure, decide_erasure
from foundation.retention.dossiers import dossier
from foundation.retention.models import Erasure, ErasureReason
from reporting.figures.counting import count_on
from reporting.figures.models import Cell
from supervisor.errors import Refused

REFUSED = "refused"


def counted() -> None:
    statistics = service_user(Service.STATISTICS)
    as_user(statistics, count_on, limit=100_000)


def carried_out(erasure: Erasure) -> Outcome:
    retention = service_user(Service.RETENTION)
    outcome: Outcome = as_user(retention, carry_out_erasure, by=retention, erasure_id=erasure.pk, now=timezone.now())
    return outcome


def decided(people: People, subject: Any, by: User | None = None) -> Erasure:
    officer = by or people.dpo
    erasure: Erasure = as_user(
        officer, decide_erasure, by=officer, erasure_id=new_id(), subject=subject, reason=ErasureReason.REQUEST
    )
    return erasure


def rows(database: OwnDatabase, query: str) -> list[str]:
    return [line for line in database.sql(query).splitlines() if line]


def tables_of_dossiers() -> list[str]:
    return [rows.table for rows in dossier().rows]


def columns_of(database: OwnDatabase, table: str) -> list[str]:
    return rows(database, f"select column_name from information_schema.columns where table_name = '{table}'")


def calls_end(database: OwnDatabase) -> None:
    database.sql("update switchboard_agent set call_id = null, state = 'off'")
    database.sql(
        "update switchboard_call set state = 'ended', ended_at = now(), ending = 'answered' where ended_at is null"
    )


def figures() -> list[tuple[Any, ...]]:
    with acting_as(service_user(Service.STATISTICS), purpose="test"):
        return sorted(Cell.objects.values_list("centre", "measure", "month", "key", "number"))


def tried(database: OwnDatabase, statement: str, *, actor: User | None, role: str) -> str:
    """What psql prints, as this role and on behalf of the actor; what was done is undone."""
    who = f"select set_config('app.actor', '{actor.pk if actor else ''}', true) \\g /dev/null\nset local role {role};"
    try:
        return database.sql(f"begin;\n{who}\n{statement};\nrollback;").strip()
    except Refused as error:
        if not any(why in str(error) for why in ("policy", "permission denied", "only ", "no such")):
            raise
        return REFUSED
