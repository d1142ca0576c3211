"""Words are compared folded, in the database too: without case and marks, ligatures taken apart, oe as ö."""

from django.db import migrations

# Combining marks (Latin, Greek, Cyrillic; Arabic and Hebrew vowel signs) and signs that are not seen.
MARKS = (
    "\\u0300-\\u036f\\u0483-\\u0489\\u0591-\\u05c7\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u1ab0-\\u1aff\\u1dc0-\\u1dff"
    "\\u20d0-\\u20ff\\ufe00-\\ufe0f\\ufe20-\\ufe2f\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff"
)
# In PL/pgSQL: an expression that stands twice in a function of SQL is called twice, and more slowly.
FOLDED = f"""
create function ntk.folded(written text) returns text language plpgsql immutable strict parallel safe as $body$
begin
    if octet_length(written) = length(written) then
        return lower(written);
    end if;
    return replace(replace(replace(replace(
        translate(lower(regexp_replace(normalize(written, NFKD), '[{MARKS}]', '', 'g')), 'øłđðıςŋ', 'olddiσn'),
        'ß', 'ss'), 'œ', 'oe'), 'æ', 'ae'), 'þ', 'th');
end
$body$
"""
# "oe" stands for "ö" as well as for itself: what is searched holds both readings, what is looked for the shorter one.
SHORT = """
create function ntk.shortened(folded text) returns text language sql immutable strict parallel safe as $body$
select replace(replace(replace(folded, 'ae', 'a'), 'oe', 'o'), 'ue', 'u')
$body$
"""
SEARCHABLE = """
create function ntk.searchable(written text) returns text language plpgsql immutable strict parallel safe as $body$
declare
    folded text := ntk.folded(written);
begin
    return folded || ' ' || ntk.shortened(folded);
end
$body$
"""
# Each word of a town's name begins after a blank.
TOWNS = """
create function ntk.searchable_towns(written text) returns text language sql immutable strict parallel safe as $body$
select ' ' || translate(ntk.searchable(written), '-(/,''', '     ')
$body$
"""


class Migration(migrations.Migration):
    dependencies = [("regions", "0004_calendar_exceptions"), ("privacy", "0001_initial")]

    operations = [
        migrations.RunSQL(FOLDED, "drop function ntk.folded"),
        migrations.RunSQL(SHORT, "drop function ntk.shortened"),
        migrations.RunSQL(SEARCHABLE, "drop function ntk.searchable"),
        migrations.RunSQL(TOWNS, "drop function ntk.searchable_towns"),
        migrations.RunSQL(
            "create index postal_code_words on regions_postalcode using gin (ntk.searchable_towns(places) gin_trgm_ops)",
            "drop index postal_code_words",
        ),
    ]
