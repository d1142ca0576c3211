"""``migrate`` with the same autodetector as makemigrations, which Django requires."""

from django_migrate_sql.management.commands.migrate import Command as Migrate

from foundation.privacy.sql_migrations import Autodetector


class Command(Migrate):
    autodetector = Autodetector
