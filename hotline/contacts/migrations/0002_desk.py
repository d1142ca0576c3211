"""What the desk needs: where a region comes from, which contact logs a callback, and who may read their events."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations import RunSQL

from foundation.privacy.rls import allow, definer_function, orgs_as

ASKS = f"requested_by_id = (select ntk.actor()) and centre_id = any({orgs_as('handler', 'coordinator', 'dpo')})"
# A coordinator grants for the own centre only, so a request must name the contact's centre.
ASKS_OWN_CENTRE = f"{ASKS} and centre_id = ntk.centre_of_contact(contact_id)"
INSERT = 'create policy "hotline_accessrequest_insert" on "hotline_accessrequest" for insert with check ({})'
DROP = 'drop policy "hotline_accessrequest_insert" on "hotline_accessrequest"'


class Migration(migrations.Migration):
    dependencies = [("hotline", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="contact",
            name="region_source",
            field=models.CharField(
                blank=True,
                choices=[("postal_code", "from the postal code"), ("chosen", "chosen by hand")],
                default="",
                max_length=12,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="callback",
            name="conversation",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="hotline.contact"
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="kind",
            field=models.CharField(
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
                default="counselling",
                max_length=15,
            ),
        ),
        definer_function(
            "ntk.centre_of_contact(contact uuid)",
            "bigint",
            "select centre_id from hotline_contact where id = contact",
            drop="ntk.centre_of_contact(uuid)",
        ),
        RunSQL(f"{DROP}; {INSERT.format(ASKS_OWN_CENTRE)}", f"{DROP}; {INSERT.format(ASKS)}"),
        # The worklist of callbacks is the whole shift's, and so is what happened to them.
        allow("journal_event", "callback", "select", f"kind like 'callback.%' and centre_id = any({orgs_as('handler')})"),
        allow(
            "journal_event",
            "granted_contact",
            "select",
            "kind like 'contact.%' and subject = any((select ntk.granted_contacts())::uuid[])",
        ),
    ]
