"""Rows as no action makes them: tests need moments that are long ago, and states that nobody can reach any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.db.models.sql import InsertQuery, UpdateQuery
from psycopg import ClientCursor


def change(rows: models.QuerySet[Any], **values: Any) -> None:
    """Update the rows, whoever acts: neither policies nor triggers of transitions are asked."""
    query = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    run(*query.get_compiler(connection=connection).as_sql())


def insert(rows: Sequence[models.Model]) -> None:
    """Insert the rows, whoever acts."""
    model = type(rows[0])
    query = InsertQuery(model)
    query.insert_values(model._meta.concrete_fields, rows)
    for statement, parameters in query.get_compiler(connection=connection).as_sql():
        run(statement, parameters)


def new_keys(model: type[models.Model], number: int = 1) -> list[int]:
    """The next keys of a table that counts them, for rows of ``insert``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
            [model._meta.db_table, number],
        )
        return [key for (key,) in cursor.fetchall()]


def run(statement: str, parameters: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        text = ClientCursor(connection.connection).mogrify(statement, parameters)
        cursor.execute("select tests.past_policies(%s)", [text])
