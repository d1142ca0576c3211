from django.db import migrations

from foundation.privacy.rls import definer_function


class Migration(migrations.Migration):
    """What an anchor outside the database is made of and checked against. Hashes say nothing about anybody."""

    dependencies = [("journal", "0001_initial")]

    operations = [
        definer_function("ntk.chain_length()", "bigint", "select position from journal_head"),
        definer_function(
            "ntk.chain_hash(place bigint)",
            "bytea",
            "select hash from journal_link where position = place",
            drop="ntk.chain_hash(bigint)",
        ),
    ]
