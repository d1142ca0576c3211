"""Words are found by an index. Under row-level security PostgreSQL asks the policies before it compares words, so that no
index would help: a function finds the ids, and the policies decide on those."""

from django.db import migrations

from foundation.privacy.rls import definer_function, orgs_as

MINE = f"centre_id = any({orgs_as('handler', 'coordinator')})"
# `longest`: the word an index can find best; `others`: patterns that must fit too; `place`: a postal code, or nothing.
WITH_WORDS = f"""
select id from hotline_contact
where {MINE} and (label <> '' or municipality <> '') and upper(label || ' ' || municipality) like upper(longest)
    and not exists (select from unnest(others) pattern where upper(label || ' ' || municipality) not like upper(pattern))
union
select id from hotline_contact where {MINE} and place <> '' and postal_code = place and postal_code <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0003_telephone")]

    operations = [
        migrations.RunSQL(
            "create index contact_words on hotline_contact using gin (upper(label || ' ' || municipality) gin_trgm_ops)"
            " where label <> '' or municipality <> ''",
            "drop index contact_words",
        ),
        definer_function(
            "ntk.contacts_with(longest text, others text[], place text)",
            "setof uuid",
            WITH_WORDS,
            drop="ntk.contacts_with(text, text[], text)",
        ),
    ]
