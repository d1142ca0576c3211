"""Whoever works on a contact may see what happened to it."""

from django.db import migrations

from foundation.privacy.rls import orgs_as, through

KIND = f"kind like 'contact.%' and centre_id = any({orgs_as('handler')})"
MINE = "(handler_id = (select ntk.actor()) or handler_id is null or surfaced_at is not null)"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0004_words")]

    operations = through(
        "journal_event",
        "contact",
        before=f"{KIND} and subject in (select id from hotline_contact where {MINE})",
        function="ntk.works_on_contact(which uuid)",
        finds=f"select from hotline_contact where id = which and {MINE}",
        condition=f"{KIND} and ntk.works_on_contact(subject)",
    )
