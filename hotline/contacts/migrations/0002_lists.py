"""Caller types and topics as a new centre has them. Administrators may change the words later."""

from django.db import migrations

from hotline.contacts.initial_lists import CALLER_TYPES, TOPICS


def create_lists(apps, schema_editor):
    caller_type, topic = apps.get_model("hotline", "CallerType"), apps.get_model("hotline", "Topic")
    for position, (code, parent, en, fr, de) in enumerate(CALLER_TYPES):
        caller_type.objects.create(
            code=code, parent_id=parent or None, label_en=en, label_fr=fr, label_de=de, position=position
        )
    for position, (code, en, fr, de) in enumerate(TOPICS):
        topic.objects.create(code=code, label_en=en, label_fr=fr, label_de=de, position=position)


class Migration(migrations.Migration):
    dependencies = [("hotline", "0001_initial")]

    operations = [migrations.RunPython(create_lists, migrations.RunPython.noop)]
