-- The words of a search as patterns, and the towns that each of them begins: for asking single contacts. The same
-- terms as in ntk.contacts_with. Only places and what was typed: nothing of a contact, so no rights of others.
create or replace function ntk.search_terms(words text[]) returns table (anywhere text, towns text[])
language sql stable as $body$
with word as materialized (
    select n, ntk.shortened(ntk.folded(written)) as short from unnest(words) with ordinality w(written, n)
), escaped as (
    select n, length(short) as long, regexp_replace(short, '([\\%_])', '\\\1', 'g') as plain,
        regexp_replace(translate(short, '-(/,''', '     '), '([\\%_])', '\\\1', 'g') as of_town
    from word
)
select '%' || plain || '%', array(
    select postal.country || postal.code from regions_postalcode postal
    where ntk.searchable_towns(postal.places) like '% ' || of_town || '%' and (long >= 3 or n > 1))
from escaped order by n
$body$;
-- reverse
drop function ntk.search_terms;
