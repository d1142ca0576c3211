-- The organisations in which the actor, an active user, has one of these roles.
create or replace function ntk.orgs_as(variadic roles text[]) returns bigint[] language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select coalesce(array_agg(distinct m.organisation_id), '{}')
from accounts_membership m join accounts_user u on u.id = m.user_id
where m.user_id = ntk.actor() and m.ended_at is null and u.is_active and m.role = any(roles)
$body$;
alter function ntk.orgs_as owner to lotse_policy;
-- reverse
drop function ntk.orgs_as;
