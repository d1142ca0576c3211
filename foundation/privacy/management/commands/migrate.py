"""``migrate`` with the same autodetector as makemigrations, which Django requires; then stores the signing keys."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django_migrate_sql.management.commands.migrate import Command as Migrate

from foundation.privacy.actions import store_signing_keys
from foundation.privacy.models import SigningKey
from foundation.privacy.sql_migrations import Autodetector


class Command(Migrate):
    autodetector = Autodetector

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if SigningKey._meta.db_table in connection.introspection.table_names():  # not if migrated to an earlier state
            store_signing_keys()
