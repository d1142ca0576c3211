-- Whether the actor's organisation is this member of a case team, or any of the team's, as long as its people see it.
create or replace function ntk.sees_member(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (select from teams_member where id = which and {SEEN});
end
$body$;
create or replace function ntk.sees_team(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (select from teams_member where team_id = which and {SEEN});
end
$body$;
alter function ntk.sees_member owner to lotse_policy;
alter function ntk.sees_team owner to lotse_policy;
-- reverse
drop function ntk.sees_team;
drop function ntk.sees_member;
