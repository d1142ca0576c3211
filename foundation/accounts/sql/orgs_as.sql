-- The organisations in which the actor, an active user, has one of these roles. In PL/pgSQL, because each connection
-- keeps its plan: policies ask it several times a statement.
create or replace function ntk.orgs_as(variadic roles text[]) returns bigint[] language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    me bigint := ntk.actor();
    found bigint[];
begin
    select array_agg(distinct organisation_id) into found from accounts_membership
        where user_id = me and ended_at is null and role = any(roles)
            and exists (select from accounts_user where id = me and is_active);
    return coalesce(found, '{}');
end
$body$;
alter function ntk.orgs_as owner to lotse_policy;
-- reverse
drop function ntk.orgs_as;
