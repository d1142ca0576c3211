"""Whoever works on a contact may see what happened to it: asked row by row (privacy.rls.row_function)."""

from django.db import migrations

from privacy.rls import allow, orgs_as, row_function, withdraw

KIND = f"kind like 'contact.%' and centre_id = any({orgs_as('handler')})"
MINE = "(handler_id = (select ntk.actor()) or handler_id is null or surfaced_at is not null)"
BEFORE = f"{KIND} and subject in (select id from hotline_contact where {MINE})"


class Migration(migrations.Migration):
    dependencies = [("hotline", "0004_words")]

    operations = [
        withdraw("journal_event", "own_contact", "select", BEFORE),
        row_function("ntk.works_on_contact(which uuid)", f"select from hotline_contact where id = which and {MINE}"),
        allow("journal_event", "through_contact", "select", f"{KIND} and ntk.works_on_contact(subject)"),
    ]
