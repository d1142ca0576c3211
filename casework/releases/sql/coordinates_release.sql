-- Whether the actor works on the case for a body that coordinates its content or its process.
create or replace function ntk.coordinates_release(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from teams_member where team_id = which and state in ({IN_TEAM})
            and hats && array[{COORDINATING}]::varchar[] and ntk.works_for_body(team_id, organisation_id));
end
$body$;
alter function ntk.coordinates_release owner to lotse_policy;
-- reverse
drop function ntk.coordinates_release;
