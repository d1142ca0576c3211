from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="note",
            name="kind",
            field=models.CharField(
                choices=[("note", "Note"), ("closing", "Reason for closing with open duties")],
                default="note",
                max_length=10,
            ),
        ),
    ]
