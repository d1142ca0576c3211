-- The code of the service user that acts (relay, deadlines, shift, telephone, statistics, public), or null.
create or replace function ntk.service() returns text language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select service from accounts_user where id = ntk.actor() and is_active and service <> ''
$body$;
alter function ntk.service owner to lotse_policy;
-- reverse
drop function ntk.service;
