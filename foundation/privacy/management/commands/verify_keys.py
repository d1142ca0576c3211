"""Tries the key file on the data keys of the database."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from foundation.privacy.keys import WrongKey
from foundation.privacy.models import DataKey


class Command(BaseCommand):
    help = "Checks that the key file opens the dossiers of this database: the first and last one of each master key."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """CommandError with the master keys that are missing or wrong."""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("set local role lotse_policy")
                kept = DataKey.objects.filter(wrapped__isnull=False)
                names = sorted(set(kept.values_list("master_key", flat=True)))
                wrong = [name for name in names if not opens(kept.filter(master_key=name))]
        except ProgrammingError as error:
            raise CommandError(f"This is done as lotse_owner, the owner of the tables: {error}") from None
        if wrong:
            raise CommandError(f"The key file does not open what was sealed with the master keys {', '.join(wrong)}.")
        self.stdout.write(
            f"The key file opens what was sealed with {', '.join(names)}." if names else "No dossier yet."
        )


def opens(keys: Any) -> bool:
    ordered = keys.order_by("created_at")
    try:
        for key in (ordered.first(), ordered.last()):
            key.unwrap()
    except WrongKey:
        return False
    return True
