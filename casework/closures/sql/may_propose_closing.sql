-- Whether the actor works on the case for a body that coordinates it, or is accountable for the risk.
create or replace function ntk.may_propose_closing(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from teams_member where team_id = which and state in ({IN_TEAM})
            and hats && array[{PROPOSING}]::varchar[] and ntk.works_for_body(team_id, organisation_id));
end
$body$;
alter function ntk.may_propose_closing owner to lotse_policy;
-- reverse
drop function ntk.may_propose_closing;
