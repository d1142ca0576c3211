-- Bodies that are not in the team because of a conflict of interest. Also for people of other bodies in the team, who
-- do not see former members.
create or replace function ntk.conflicts_in_team(which uuid) returns setof bigint language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $body$
begin
    if not ntk.asks_about_case(which) then
        return;
    end if;
    return query select m.organisation_id from teams_member m
        where m.team_id = which and m.end_reason in ({CONFLICT}) and not exists (
            select from teams_member again where again.team_id = which and again.organisation_id = m.organisation_id
                and again.state in ({IN_TEAM}));
end
$body$;
alter function ntk.conflicts_in_team owner to lotse_policy;
-- reverse
drop function ntk.conflicts_in_team;
