import re

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from foundation.accounts.countries import (
    COUNTRY_PATTERN,
    ZONE_PATTERN,
    is_country,
    repaired_country,
    repaired_zone,
    zone_or_utc,
)

# Raises for a name that PostgreSQL does not know.
ZONE_KNOWN = """
alter table accounts_organisation add constraint organisation_zone_known
    check ((timestamptz '2000-01-01 00:00+00' at time zone time_zone) is not null);
"""
FREE_ZONE = "alter table accounts_organisation drop constraint organisation_zone_known;"

# Roles that were granted before stay as they are, and can be ended; no new one is made where it does not fit.
ROLE_FITS = """
create function ntk.refuse_a_role_that_does_not_fit() returns trigger language plpgsql as
$body$
declare
    place text;
begin
    select kind into place from accounts_organisation where id = new.organisation_id;
    if not (case place
        when 'centre' then new.role in ('handler', 'coordinator', 'administrator', 'dpo', 'funder')
        when 'partner' then new.role in ('partner_worker', 'partner_coordinator')
        when 'body' then new.role = 'liaison'
        else false
    end) then
        raise exception 'the role % does not fit an organisation of the kind %', new.role, place
            using errcode = 'check_violation';
    end if;
    return new;
end $body$;
create trigger role_fits before insert on accounts_membership for each row
    execute function ntk.refuse_a_role_that_does_not_fit();
"""
ROLES_ANYWHERE = """
drop trigger role_fits on accounts_membership;
drop function ntk.refuse_a_role_that_does_not_fit();
"""


def repair(apps, schema_editor):
    """Organisations whose country or time zone is none are repaired, and each repair is said."""
    for row in apps.get_model("accounts", "Organisation").objects.order_by("pk"):
        before = row.country, row.time_zone
        if not (re.match(ZONE_PATTERN, row.time_zone) and zone_or_utc(row.time_zone)[1]):
            row.time_zone = repaired_zone(row.time_zone, row.country if is_country(row.country) else "")
        row.country = repaired_country(row.country, row.time_zone)
        if (row.country, row.time_zone) != before:
            row.save(update_fields=["country", "time_zone"])
            print(
                f"Organisation {row.pk}: country {before[0]!r} is now {row.country!r}, "
                f"time zone {before[1]!r} is now {row.time_zone!r}. Please look whether that is right."
            )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_statistics_service")]

    operations = [
        migrations.RunPython(repair, migrations.RunPython.noop),
        migrations.AddField(
            "organisation", "is_active", models.BooleanField(default=True, verbose_name="in use")
        ),
        migrations.AddField("organisation", "version", models.PositiveIntegerField(default=0, editable=False)),
        migrations.AddField("user", "version", models.PositiveIntegerField(default=0, editable=False)),
        migrations.AddConstraint(
            "organisation",
            models.CheckConstraint(condition=Q(country__regex=COUNTRY_PATTERN), name="organisation_country_code"),
        ),
        migrations.AddConstraint(
            "organisation",
            models.CheckConstraint(condition=Q(time_zone__regex=ZONE_PATTERN), name="organisation_zone_name"),
        ),
        migrations.RunSQL(ZONE_KNOWN, FREE_ZONE),
        migrations.RunSQL(ROLE_FITS, ROLES_ANYWHERE),
        migrations.CreateModel(
            name="FirstRunCode",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("code_hash", models.CharField(max_length=128)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("tries_since", models.DateTimeField(default=django.utils.timezone.now)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "used_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=Q(pk=1), name="one_first_run_code"),
                    models.CheckConstraint(
                        condition=Q(used_at__isnull=True, used_by__isnull=True)
                        | Q(used_at__isnull=False, used_by__isnull=False),
                        name="first_run_code_used_at_and_by",
                    ),
                ]
            },
        ),
    ]
