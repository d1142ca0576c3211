-- Whether the actor works on the case for this body, or for any body of the case team: named by it, and still there.
create or replace function ntk.works_for_body(which uuid, body bigint) returns boolean language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from cases_bodyworker
        where case_id = which and user_id = ntk.actor() and organisation_id = body
            and organisation_id = any((select ntk.orgs_as({AT_OTHER_BODIES}))::bigint[]));
end
$body$;
create or replace function ntk.works_in_team(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from cases_bodyworker
        where case_id = which and user_id = ntk.actor()
            and organisation_id = any((select ntk.orgs_as({AT_OTHER_BODIES}))::bigint[]));
end
$body$;
alter function ntk.works_for_body owner to lotse_policy;
alter function ntk.works_in_team owner to lotse_policy;
grant usage on sequence cases_bodyworker_id_seq to lotse_policy;
-- reverse
revoke usage on sequence cases_bodyworker_id_seq from lotse_policy;
drop function ntk.works_in_team;
drop function ntk.works_for_body;
