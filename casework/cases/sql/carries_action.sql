-- Whether an open action of the case is the actor's, at the centre: who has to do something in a case works on it.
create or replace function ntk.carries_action(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from cases_action
        where case_id = which and user_id = ntk.actor() and state in ({OPEN_ACTION}) and organisation_id = centre_id);
end
$body$;
alter function ntk.carries_action owner to lotse_policy;
-- reverse
drop function ntk.carries_action;
