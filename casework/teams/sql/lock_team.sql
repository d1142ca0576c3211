-- Locks the bodies of a team, also for people of other bodies: none of them leaves or names somebody else meanwhile.
create or replace function ntk.lock_team(which uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform from teams_member
        where team_id = which and state in ({IN_TEAM}) and (ntk.works_in_team(which) or exists (
            select from cases_case where id = which
                and centre_id = any((select ntk.orgs_as('handler', 'coordinator'))::bigint[])))
        order by id for no key update;
end
$body$;
alter function ntk.lock_team owner to lotse_policy;
-- reverse
drop function ntk.lock_team;
