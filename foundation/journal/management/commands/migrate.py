"""``migrate`` with the autodetector of makemigrations, as Django requires; then stores signing keys and event kinds."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django_migrate_sql.management.commands.migrate import Command as Migrate

from foundation.journal.actions import store_kinds
from foundation.journal.models import DeclaredKind
from foundation.privacy.actions import store_signing_keys
from foundation.privacy.models import SigningKey
from foundation.privacy.sql_migrations import Autodetector


class Command(Migrate):
    autodetector = Autodetector

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        tables = connection.introspection.table_names()  # fewer if migrated to an earlier state
        if SigningKey._meta.db_table in tables:
            store_signing_keys()
        if DeclaredKind._meta.db_table in tables:
            store_kinds()
