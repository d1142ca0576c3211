-- Partners with a standing conflict of interest in the case. Also for bodies of its team, who do not read the rows: so
-- that they ask nobody there.
create or replace function ntk.standing_conflicts(which uuid) returns setof bigint language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $body$
begin
    if ntk.asks_about_case(which) then
        return query select organisation_id from handoff_caseconflict where case_id = which and ended_at is null;
    end if;
end
$body$;
alter function ntk.standing_conflicts owner to lotse_policy;
-- reverse
drop function ntk.standing_conflicts;
