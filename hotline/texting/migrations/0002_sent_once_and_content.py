from django.conf import settings
from django.db import migrations, models

import foundation.privacy.fields


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_statistics_service"),
        ("hotline", "0007_no_callback_unasked"),
        ("privacy", "0001_initial"),
        ("switchboard", "0007_live_legs"),
        ("texting", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(model_name="textmessage", name="asked_at", field=models.DateTimeField(null=True)),
        migrations.AddField(model_name="textmessage", name="details", field=foundation.privacy.fields.EncryptedJSONField()),
        migrations.AlterField(
            model_name="textmessage",
            name="state",
            field=models.CharField(
                choices=[
                    ("received", "received"),
                    ("queued", "on its way"),
                    ("sent", "sent"),
                    ("unclear", "not known whether it was sent"),
                    ("delivered", "delivered"),
                    ("undelivered", "not delivered"),
                    ("failed", "failed"),
                ],
                max_length=11,
            ),
        ),
        migrations.AddConstraint(
            model_name="textmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("asked_at", None), ("sid", None), _connector="OR"),
                name="message_asked_about_without_sid",
            ),
        ),
    ]
