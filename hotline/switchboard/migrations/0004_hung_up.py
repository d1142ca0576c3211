"""The shift learns how many callers hung up while waiting, without learning who."""

from django.db import migrations

from foundation.privacy.rls import definer_function, orgs_as

COUNT = f"""
select count(*) from switchboard_call
where centre_id = centre and arrived_at >= since and ending = 'abandoned'
    and centre = any({orgs_as("handler", "coordinator")})
"""


class Migration(migrations.Migration):
    dependencies = [("switchboard", "0003_when_the_provider_fails")]

    operations = [
        definer_function(
            "ntk.hung_up_since(centre bigint, since timestamptz)",
            "bigint",
            COUNT,
            drop="ntk.hung_up_since(bigint, timestamptz)",
        )
    ]
