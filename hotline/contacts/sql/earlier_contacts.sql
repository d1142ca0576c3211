-- That there were earlier contacts, without what was said: date, caller type, whom to ask. Only within the actor's
-- centre. The same number is a strong hint; the same place, age band and phenomenon within half a year a weak one.
create or replace function ntk.earlier_contacts(index bytea, place text, band text, form text, besides uuid)
returns table (id uuid, number bigint, started_at timestamptz, caller_type text, handler_id bigint, same_number boolean)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select c.id, c.number, c.started_at, c.caller_type_id, c.handler_id, coalesce(c.phone_index = index, false)
from hotline_contact c
where c.centre_id = any((select ntk.orgs_as('handler', 'coordinator'))::bigint[])
    and c.id <> besides and c.kind = 'counselling'
    and (c.phone_index = index
        or (place <> '' and c.postal_code = place and band <> 'unknown' and c.age_band = band
            and form <> 'unknown' and c.phenomenon = form and c.started_at > now() - interval '180 days'))
order by coalesce(c.phone_index = index, false) desc, c.started_at desc limit 6
$body$;
alter function ntk.earlier_contacts owner to lotse_policy;
-- reverse
drop function ntk.earlier_contacts;
