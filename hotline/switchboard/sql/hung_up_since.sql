-- The shift learns how many callers hung up while waiting, without learning who.
create or replace function ntk.hung_up_since(centre bigint, since timestamptz) returns bigint
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select count(*) from switchboard_call
where centre_id = centre and arrived_at >= since and ending = 'abandoned'
    and centre = any((select ntk.orgs_as('handler', 'coordinator'))::bigint[])
$body$;
alter function ntk.hung_up_since owner to lotse_policy;
-- reverse
drop function ntk.hung_up_since;
