"""Endings without counselling that can be undone for ten seconds."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from foundation.privacy.rls import definer_function

# The telephone hangs up a call whose contact was ended this way. It learns that and nothing else of the contact.
ENDED = """
select id from hotline_contact
where id = any(which) and state = 'completed' and ending <> '' and (select ntk.service()) = 'telephone'
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0005_events_row_by_row"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="ending",
            field=models.CharField(
                blank=True,
                choices=[
                    ("counselling", "counselling"),
                    ("silent", "silent"),
                    ("wrong_number", "wrong number"),
                    ("test", "test"),
                    ("prank", "prank"),
                    ("abusive", "abusive"),
                    ("press", "press"),
                    ("no_answer", "nobody answered"),
                ],
                max_length=15,
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="ending_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(model_name="contact", name="ends_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("ends_at__isnull", False), ("state", "draft")),
                fields=["ends_at"],
                name="contact_ending",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ending", ""), ("ending_by__isnull", True), ("ends_at__isnull", True)),
                    models.Q(
                        models.Q(("ending", ""), _negated=True),
                        ("ending_by__isnull", False),
                        ("ends_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="contact_ending_at_and_by",
            ),
        ),
        definer_function(
            "ntk.ended_without_counselling(which uuid[])",
            "setof uuid",
            ENDED,
            drop="ntk.ended_without_counselling(uuid[])",
        ),
    ]
