-- Whether this is an action of another body in a case on which the actor works for one of them, for events about it.
create or replace function ntk.action_of_body(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from cases_action
        where id = which and organisation_id <> centre_id and ntk.works_in_team(case_id));
end
$body$;
alter function ntk.action_of_body owner to lotse_policy;
-- reverse
drop function ntk.action_of_body;
