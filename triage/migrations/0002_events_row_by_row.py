"""Whoever may see an assessment may see what happened to it: asked row by row (privacy.rls.row_function)."""

from django.db import migrations

from privacy.rls import allow, row_function, withdraw

BEFORE = "kind like 'assessment.%' and exists (select 1 from triage_assessment a where a.id = subject)"


class Migration(migrations.Migration):
    dependencies = [("triage", "0001_initial")]

    operations = [
        withdraw("journal_event", "own_assessment", "select", BEFORE),
        row_function("ntk.sees_assessment(which uuid)", "select from triage_assessment where id = which"),
        allow(
            "journal_event",
            "through_assessment",
            "select",
            "kind like 'assessment.%' and ntk.sees_assessment(subject)",
        ),
    ]
