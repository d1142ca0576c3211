"""Callbacks that nobody asked for are taken off the worklist: ringing back can put somebody in danger (ADR 11)."""

from django.db import migrations

CANCEL = """
    with cancelled as (
        update hotline_callback set state = 'cancelled', ended_at = now() where state = 'open' and origin = 'missed'
        returning id, centre_id)
    insert into journal_event (kind, at, actor_id, centre_id, subject, data, tell, wake)
    select 'callback.cancelled', now(), ntk.actor(), centre_id, id, '{"why": "not asked for"}',
        array['organisation.' || centre_id], ''
    from cancelled"""


def cancel(apps, schema_editor):
    """As the telephone's service, which had made them: the policies hold for the tables' owner too."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("select set_config('app.actor', id::text, true) from accounts_user where service = 'telephone'")
        cursor.execute(CANCEL)
        cursor.execute("select set_config('app.actor', '', true)")


class Migration(migrations.Migration):
    dependencies = [("hotline", "0006_endings"), ("journal", "0002_anchor")]

    operations = [migrations.RunPython(cancel, migrations.RunPython.noop)]
