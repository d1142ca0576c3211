-- Whether the actor is a named person of the body and has its own record of the case: while it is in the team, and as
-- long afterwards as its people see that it was. Members in the list: whether the actor works for one that is in.
create or replace function ntk.keeps_record(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from teams_member where id = which and ntk.actor() in (person_id, deputy_id) and {SEEN});
end
$body$;
create or replace function ntk.works_for_any(which uuid[]) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from teams_member where id = any(which) and state in ({IN_TEAM})
            and ntk.works_for_body(team_id, organisation_id));
end
$body$;
alter function ntk.keeps_record owner to lotse_policy;
alter function ntk.works_for_any owner to lotse_policy;
-- reverse
drop function ntk.works_for_any;
drop function ntk.keeps_record;
