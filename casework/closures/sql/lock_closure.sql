-- Locks a closing before its opinions, also for people who may not change it: everybody locks them in this order.
create or replace function ntk.lock_closure(which uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform from closures_closure c where c.id = which
        and ((select ntk.service()) = 'deadlines' or ntk.works_in_team(c.team_id) or exists (
            select from cases_case where id = c.team_id
                and centre_id = any((select ntk.orgs_as('handler', 'coordinator'))::bigint[])))
        for no key update of c;
end
$body$;
alter function ntk.lock_closure owner to lotse_policy;
-- reverse
drop function ntk.lock_closure;
