from django.db import migrations


def make(apps, schema_editor):
    apps.get_model("accounts", "User").objects.create(
        email="telephone@service.invalid", name="telephone", service="telephone", password="!"
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_who_granted")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
