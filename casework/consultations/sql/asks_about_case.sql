-- Whether the actor works on the case: at the centre, or for a body in its team.
create or replace function ntk.asks_about_case(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return ntk.works_in_team(which) or exists (select from cases_case where id = which and ({CASE_WRITER}));
end
$body$;
alter function ntk.asks_about_case owner to lotse_policy;
-- reverse
drop function ntk.asks_about_case;
