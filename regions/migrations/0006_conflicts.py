import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_administration"),
        ("regions", "0005_folded"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Conflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "phenomenon",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("religious", "Religiously motivated"),
                            ("right", "Right-wing"),
                            ("left", "Left-wing"),
                            ("foreign", "Foreign ideology"),
                            ("conspiracy", "Conspiracy or anti-state"),
                            ("mixed", "Mixed or unclear"),
                            ("unknown", "Unknown"),
                        ],
                        max_length=20,
                    ),
                ),
                ("caller_type", models.CharField(blank=True, max_length=40)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("ties", "Personal or family ties"),
                            ("party", "Is a party to the matter itself"),
                            ("staff", "Employs somebody who is involved"),
                            ("funds", "Funds or supervises one side"),
                            ("complaint", "A complaint or lawsuit is running"),
                            ("safety", "Safety of staff or of the persons concerned"),
                            ("other", "Other reason"),
                        ],
                        max_length=20,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("noted_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conflicts",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="regions.region",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "noted_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "conflict of interest",
                "verbose_name_plural": "conflicts of interest",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(region__isnull=False)
                        | Q(other__isnull=False)
                        | ~Q(phenomenon="")
                        | ~Q(caller_type=""),
                        name="conflict_with_something",
                    ),
                    models.CheckConstraint(
                        condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="conflict_ends_after_start"
                    ),
                    models.CheckConstraint(
                        condition=Q(other=None) | ~Q(other=F("organisation")), name="conflict_with_another"
                    ),
                    models.CheckConstraint(
                        condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                        | Q(ended_at__isnull=False, ended_by__isnull=False),
                        name="conflict_ended_at_and_by",
                    ),
                    models.UniqueConstraint(
                        fields=["organisation", "region", "phenomenon", "caller_type", "other", "starts_on"],
                        condition=Q(ended_at=None),
                        nulls_distinct=False,
                        name="conflict_once",
                    ),
                ],
            },
        ),
    ]
