"""A coordinator who discards a draft with a duty of security or child protection says why."""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("triage.migrations.0003_discarded").FROZEN
KEPT = "- 'state' - 'version' - 'supersedes_id'"
FROZEN = BEFORE.replace(KEPT, f"{KEPT} - 'review_note'")


class Migration(migrations.Migration):
    dependencies = [("triage", "0004_bounds_of_moments")]

    operations = [migrations.RunSQL(FROZEN, BEFORE)]
