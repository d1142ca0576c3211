"""Reasons for access are encrypted, each under a key of its own."""

import django.db.models.deletion
from django.db import migrations, models

import foundation.privacy.fields
from foundation.privacy.models import DataKey

TABLES = ('hotline_accessrequest', 'privacy_datakey')


def seal(apps, schema_editor):
    """The tables' owner is not exempt from row-level security."""
    requests = apps.get_model('hotline', 'AccessRequest').objects
    for table in TABLES:
        schema_editor.execute(f'alter table {table} no force row level security')
    for request in requests.all():
        key = DataKey.generate()
        key.save(force_insert=True)
        request.data_key_id, request.reason = key.pk, request.reason_in_clear
        request.save(update_fields=['data_key', 'reason'])
    schema_editor.execute('set constraints all immediate')
    for table in TABLES:
        schema_editor.execute(f'alter table {table} force row level security')


def open_again(apps, schema_editor):
    """For a way back: the reasons in clear. The keys stay."""
    requests = apps.get_model('hotline', 'AccessRequest').objects
    for table in TABLES:
        schema_editor.execute(f'alter table {table} no force row level security')
    for request in requests.all():
        request.reason_in_clear = request.reason[:400]
        request.save(update_fields=['reason_in_clear'])
    schema_editor.execute('set constraints all immediate')
    for table in TABLES:
        schema_editor.execute(f'alter table {table} force row level security')


class Migration(migrations.Migration):

    dependencies = [
        ('hotline', '0007_transitions'),
        ('privacy', '0001_initial'),
    ]

    operations = [
        migrations.RenameField('accessrequest', 'reason', 'reason_in_clear'),
        migrations.AlterField('accessrequest', 'reason_in_clear', models.CharField(max_length=400, default='')),
        migrations.AddField(
            'accessrequest',
            'data_key',
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='privacy.datakey'
            ),
        ),
        migrations.AddField('accessrequest', 'reason', foundation.privacy.fields.EncryptedTextField()),
        migrations.RunPython(seal, open_again),
        migrations.AlterField(
            'accessrequest',
            'data_key',
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name='+', to='privacy.datakey'
            ),
        ),
        migrations.RemoveField('accessrequest', 'reason_in_clear'),
    ]
