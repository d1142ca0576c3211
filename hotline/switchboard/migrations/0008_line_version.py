from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("switchboard", "0007_live_legs")]
    operations = [
        migrations.AddField("line", "version", models.PositiveIntegerField(default=0, editable=False)),
    ]
