"""The user in whose name dossiers are erased; it cannot sign in (foundation/accounts/services.py)."""

from django.db import migrations


def create_service_user(apps, schema_editor):
    user = apps.get_model("accounts", "User")
    user.objects.create(email="retention@service.invalid", name="retention", service="retention", password="!")


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial"), ("accounts", "0004_session_bounds")]

    operations = [migrations.RunPython(create_service_user, migrations.RunPython.noop)]
