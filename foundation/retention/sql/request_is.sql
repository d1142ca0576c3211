-- Whether a request is of this centre and in one of these states. A function: the tables' policies ask each other.
create or replace function ntk.request_is(request uuid, centre bigint, states text[]) returns boolean
language sql stable security definer set search_path = pg_catalog, public, pg_temp as $body$
select exists (select from retention_request r
    where r.id = request and r.centre_id = centre and r.state = any(states) and centre = any(ntk.orgs_as('dpo')))
$body$;
alter function ntk.request_is owner to lotse_policy;
-- reverse
drop function ntk.request_is;
