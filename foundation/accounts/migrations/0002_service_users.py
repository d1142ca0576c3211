"""The users in whose name background work and strangers act; none of them can sign in (services.py)."""

from django.db import migrations

SERVICES = ("relay", "deadlines", "shift", "telephone", "statistics", "public")


def create_service_users(apps, schema_editor):
    user = apps.get_model("accounts", "User")
    for name in SERVICES:
        user.objects.create(email=f"{name}@service.invalid", name=name, service=name, password="!")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunPython(create_service_users, migrations.RunPython.noop)]
