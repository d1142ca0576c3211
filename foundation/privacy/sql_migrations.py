"""What ``makemigrations`` writes of policies.py and sql/: dropped before a table changes, created after it."""

from __future__ import annotations

from typing import Any

from django_migrate_sql.autodetector import MigrationAutodetector
from django_migrate_sql.operations import AlterSQL, AlterSQLState, CreateSQL, DeleteSQL, ReverseAlterSQL

FIRST, LAST = (DeleteSQL, ReverseAlterSQL), (CreateSQL, AlterSQL, AlterSQLState)


class Autodetector(MigrationAutodetector):
    """PostgreSQL refuses to change a column that a policy names, and a policy that names a column that is not there."""

    def _sort_migrations(self) -> None:
        super()._sort_migrations()
        for operations in self.generated_operations.values():
            operations.sort(key=place)


def place(operation: Any) -> int:
    return -1 if isinstance(operation, FIRST) else int(isinstance(operation, LAST))
