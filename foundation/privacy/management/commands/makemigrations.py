"""``makemigrations`` that also compares policies.py and sql/ with the migrations."""

from django_migrate_sql.management.commands.makemigrations import Command as MakeMigrations

from foundation.privacy.sql_migrations import Autodetector


class Command(MakeMigrations):
    autodetector = Autodetector
