"""Inserts of rows whose key was sent with the form."""

from __future__ import annotations

from django.db import connection, models
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery


def insert_once(row: models.Model) -> bool:
    """Insert the row. Returns False if its key exists: the same post arrived twice. Needs no savepoint."""
    query = InsertQuery(type(row), on_conflict=OnConflict.IGNORE)
    query.insert_values(row._meta.concrete_fields, [row])
    compiler = query.get_compiler(connection=connection)
    compiler.returning_fields = filled = row._meta.db_returning_fields
    [(statement, values)] = compiler.as_sql()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if not cursor.rowcount:
            return False
        for field, value in zip(filled, cursor.fetchone() if filled else (), strict=True):
            setattr(row, field.attname, value)
    row._state.adding = False
    return True
