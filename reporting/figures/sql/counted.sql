-- What counts as what: codes and months only, so that who counts never sees a person. ids: contacts, cases,
-- referrals, actions and so on, mixed. Months are the centre's. Made from reporting/figures/measures.py and
-- populations.py.
create or replace function ntk.counted(ids uuid[])
returns table (subject uuid, centre bigint, measure text, month date, key text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
{COUNTED}
$body$;
alter function ntk.counted owner to lotse_policy;
-- reverse
drop function ntk.counted;
