-- Whether this is a shared action of a case on which the actor works for a body of its team, for events about it.
create or replace function ntk.action_of_body(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from cases_action
        where id = which and is_shared and ntk.works_in_team(case_id));
end
$body$;
alter function ntk.action_of_body owner to lotse_policy;
-- reverse
drop function ntk.action_of_body;
