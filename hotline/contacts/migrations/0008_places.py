"""A contact's country is its centre's at first. Words are found folded, and a town by the postal code alone."""

from django.db import migrations, models

from foundation.privacy.rls import definer_function, orgs_as

MINE = f"centre_id = any({orgs_as('handler', 'coordinator')})"
TEXT = "ntk.searchable(label || ' ' || municipality)"
# `words`: the one that an index can find best comes first; `place`: a postal code, or nothing. A word stands in title or
# town as typed, or begins a word of a municipality that has the contact's postal code.
WITH_WORDS = f"""
with word as materialized (
    select n, '%' || regexp_replace(short, '([\\\\%_])', '\\\\\\1', 'g') || '%' as anywhere,
        '% ' || regexp_replace(translate(short, '-(/,''', '     '), '([\\\\%_])', '\\\\\\1', 'g') || '%' as begins, length(short) as long
    from (select n, ntk.shortened(ntk.folded(written)) as short from unnest(words) with ordinality w(written, n)) w
), town as materialized (
    select word.n, postal.country, postal.code from word, regions_postalcode postal
    where ntk.searchable_towns(postal.places) like word.begins and (word.long >= 3 or word.n > 1)
), found as (
    select id, label || ' ' || municipality as written, country, postal_code from hotline_contact
    where {MINE} and (label <> '' or municipality <> '') and {TEXT} like (select anywhere from word where n = 1)
    union
    select id, label || ' ' || municipality, country, postal_code from hotline_contact
    where {MINE} and postal_code <> '' and postal_code = any(array(select code from town where n = 1))
        and (country, postal_code) in (select country, code from town where n = 1)
)
select id from found where not exists (
    select from word where n > 1 and ntk.searchable(found.written) not like anywhere
        and not exists (select from town where town.n = word.n and town.code = postal_code and town.country = found.country))
union
select id from hotline_contact where {MINE} and place <> '' and postal_code = place and postal_code <> ''
"""
BEFORE = f"""
select id from hotline_contact
where {MINE} and (label <> '' or municipality <> '') and upper(label || ' ' || municipality) like upper(longest)
    and not exists (select from unnest(others) pattern where upper(label || ' ' || municipality) not like upper(pattern))
union
select id from hotline_contact where {MINE} and place <> '' and postal_code = place and postal_code <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("hotline", "0007_no_callback_unasked"), ("regions", "0005_folded")]

    operations = [
        migrations.AlterField("contact", "country", models.CharField(max_length=2)),
        migrations.AddConstraint(
            "contact",
            models.CheckConstraint(
                condition=models.Q(("country__regex", "^[A-Z]{2}$")), name="contact_has_a_country"
            ),
        ),
        migrations.RunSQL(
            "drop function ntk.contacts_with(text, text[], text); drop index contact_words",
            "create index contact_words on hotline_contact using gin (upper(label || ' ' || municipality) gin_trgm_ops)"
            " where label <> '' or municipality <> '';"
            + str(definer_function(
                "ntk.contacts_with(longest text, others text[], place text)", "setof uuid", BEFORE,
                drop="ntk.contacts_with(text, text[], text)",
            ).sql),
        ),
        migrations.RunSQL(
            f"create index contact_words on hotline_contact using gin ({TEXT} gin_trgm_ops)"
            " where label <> '' or municipality <> ''",
            "drop index contact_words",
        ),
        definer_function(
            "ntk.contacts_with(words text[], place text)",
            "setof uuid",
            WITH_WORDS,
            drop="ntk.contacts_with(text[], text)",
        ),
    ]
