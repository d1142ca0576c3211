import uuid

import django.utils.timezone
from django.db import migrations, models

from foundation.privacy.rls import OPEN_TO_ANY_ACTOR, protect

ACTOR = """
create function ntk.actor() returns bigint language sql stable as
$body$ select nullif(current_setting('app.actor', true), '')::bigint $body$
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []

    operations = [
        migrations.RunSQL(ACTOR, "drop function ntk.actor()"),
        migrations.CreateModel(
            name="DataKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("master_key", models.CharField(max_length=40)),
                ("wrapped", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(wrapped__isnull=True, erased_at__isnull=False)
                        | models.Q(wrapped__isnull=False, erased_at__isnull=True),
                        name="data_key_present_or_erased",
                    )
                ]
            },
        ),
        *protect("privacy_datakey", select=OPEN_TO_ANY_ACTOR, insert=OPEN_TO_ANY_ACTOR),
    ]
