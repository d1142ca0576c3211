"""Service users for setting up an installation and for what happens before anybody has signed in."""

from django.db import migrations

SERVICES = ("sign_in", "setup")


def create_service_users(apps, schema_editor):
    user = apps.get_model("accounts", "User")
    for name in SERVICES:
        user.objects.create(email=f"{name}@service.invalid", name=name, service=name, password="!")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_session_bounds")]

    operations = [migrations.RunPython(create_service_users, migrations.RunPython.noop)]
