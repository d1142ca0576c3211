"""What the telephone brings: why somebody is called back, and what its service may do."""

from django.db import migrations, models

from foundation.privacy.rls import allow, is_service

TELEPHONE = is_service("telephone")
OWN_DRAFTS = f"{TELEPHONE} and state = 'draft' and channel in ('phone', 'sms', 'whatsapp')"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0002_desk"), ("accounts", "0003_telephone_service")]

    operations = [
        migrations.AddField(
            model_name="callback",
            name="origin",
            field=models.CharField(
                choices=[
                    ("planned", "planned"),
                    ("asked", "asked for by the caller"),
                    ("voicemail", "left a voicemail"),
                    ("missed", "hung up: did not ask to be called back"),
                ],
                default="planned",
                max_length=10,
            ),
        ),
        # A call that could not be put through, a message: drafts that are nobody's.
        allow("hotline_contact", "telephone_select", "select", OWN_DRAFTS),
        allow("hotline_contact", "telephone_insert", "insert", f"{OWN_DRAFTS} and handler_id is null"),
        allow("hotline_contact", "telephone_update", "update", OWN_DRAFTS, f"{OWN_DRAFTS} and handler_id is null"),
        allow("hotline_callback", "telephone_select", "select", TELEPHONE),
        allow("hotline_callback", "telephone_insert", "insert", TELEPHONE),
        allow("hotline_callback", "telephone_update", "update", TELEPHONE),
    ]
