-- Contacts by words. Under row-level security PostgreSQL asks the policies before it compares words, so that no index
-- would help: this finds the ids, and the policies decide on those. words: the one that an index finds best comes
-- first; place: a postal code, or nothing. A word stands in title or town as typed, or begins a word of a
-- municipality that has the contact's postal code.
create or replace function ntk.contacts_with(words text[], place text) returns setof uuid
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
with word as materialized (
    select n, '%' || regexp_replace(short, '([\\%_])', '\\\1', 'g') || '%' as anywhere,
        '% ' || regexp_replace(translate(short, '-(/,''', '     '), '([\\%_])', '\\\1', 'g') || '%' as begins,
        length(short) as long
    from (select n, ntk.shortened(ntk.folded(written)) as short from unnest(words) with ordinality w(written, n)) w
), town as materialized (
    select word.n, postal.country, postal.code from word, regions_postalcode postal
    where ntk.searchable_towns(postal.places) like word.begins and (word.long >= 3 or word.n > 1)
), found as (
    select id, label || ' ' || municipality as written, country, postal_code from hotline_contact
    where centre_id = any((select ntk.orgs_as('handler', 'coordinator'))::bigint[])
        and (label <> '' or municipality <> '')
        and ntk.searchable(label || ' ' || municipality) like (select anywhere from word where n = 1)
    union
    select id, label || ' ' || municipality, country, postal_code from hotline_contact
    where centre_id = any((select ntk.orgs_as('handler', 'coordinator'))::bigint[])
        and postal_code <> '' and postal_code = any(array(select code from town where n = 1))
        and (country, postal_code) in (select country, code from town where n = 1)
)
select id from found where not exists (
    select from word where n > 1 and ntk.searchable(found.written) not like anywhere
        and not exists (
            select from town where town.n = word.n and town.code = postal_code and town.country = found.country))
union
select id from hotline_contact
where centre_id = any((select ntk.orgs_as('handler', 'coordinator'))::bigint[])
    and place <> '' and postal_code = place and postal_code <> ''
$body$;
alter function ntk.contacts_with owner to lotse_policy;
-- reverse
drop function ntk.contacts_with;
