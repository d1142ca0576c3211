"""Whoever may see an assessment may see what happened to it."""

from django.db import migrations

from foundation.privacy.rls import through


class Migration(migrations.Migration):
    dependencies = [("triage", "0001_initial")]

    operations = through(
        "journal_event",
        "assessment",
        before="kind like 'assessment.%' and exists (select 1 from triage_assessment a where a.id = subject)",
        function="ntk.sees_assessment(which uuid)",
        finds="select from triage_assessment where id = which",
        condition="kind like 'assessment.%' and ntk.sees_assessment(subject)",
    )
