"""A message that did not arrive, or may not have, is sent again in a new one that names it: once at most."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("texting", "0010_bounds")]

    operations = [
        migrations.AlterField(model_name="textmessage", name="sid", field=models.CharField(max_length=64, null=True)),
        migrations.AddConstraint(
            model_name="textmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sid", None), _negated=True), fields=("sid",), name="message_sid_once"
            ),
        ),
        migrations.AddField(
            model_name="textmessage",
            name="again_of",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sent_again",
                to="texting.textmessage",
            ),
        ),
        migrations.AddConstraint(
            model_name="textmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("again_of", None),
                    models.Q(("is_from_caller", False), models.Q(("again_of", models.F("id")), _negated=True)),
                    _connector="OR",
                ),
                name="message_again_of_ours",
            ),
        ),
    ]
