import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# History cannot be rewritten by the application: a stored role may only be ended.
ENDED_ONLY = """
revoke update, delete, truncate on accounts_membership from lotse_web, lotse_worker;
grant update (ended_at, ended_by_id) on accounts_membership to lotse_web, lotse_worker;
create function ntk.refuse_to_change_an_ended_role() returns trigger language plpgsql as
$body$ begin raise exception 'an ended role stays ended' using errcode = 'check_violation'; end $body$;
create trigger ended_stays_ended before update on accounts_membership for each row
    when (old.ended_at is not null) execute function ntk.refuse_to_change_an_ended_role();
"""
FREE = """
drop trigger ended_stays_ended on accounts_membership;
drop function ntk.refuse_to_change_an_ended_role();
grant update, delete on accounts_membership to lotse_web, lotse_worker;
"""


def somebody() -> models.ForeignKey:
    return models.ForeignKey(
        editable=False,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField("user", "made_by", somebody()),
        migrations.AddField("membership", "granted_by", somebody()),
        migrations.AddField("membership", "ended_by", somebody()),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="membership_ended_at_and_by",
            ),
        ),
        migrations.RunSQL(ENDED_ONLY, FREE),
    ]
