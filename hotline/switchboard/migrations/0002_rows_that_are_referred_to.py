"""A unique column that changes makes its row's change one of a key: then whoever refers to the row waits (ADR 7)."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("switchboard", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("call", "one_call_per_contact"),
        migrations.AddConstraint(
            "call",
            models.UniqueConstraint(
                fields=["contact"], condition=Q(contact__isnull=False), name="one_call_per_contact"
            ),
        ),
        migrations.AlterField("leg", "sid", models.CharField(max_length=64, null=True)),
        migrations.AddConstraint(
            "leg",
            models.UniqueConstraint(fields=["sid"], condition=Q(sid__isnull=False), name="one_leg_per_sid"),
        ),
    ]
