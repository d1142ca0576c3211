"""A contact's country is its centre's at first, no longer one country for everybody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hotline", "0007_no_callback_unasked")]

    operations = [
        migrations.AlterField("contact", "country", models.CharField(max_length=2)),
        migrations.AddConstraint(
            "contact",
            models.CheckConstraint(
                condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="contact_has_a_country"
            ),
        ),
    ]
