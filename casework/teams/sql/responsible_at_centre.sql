-- Whose work of a case it is at the centre; for who works on the case, also for a body in its team.
create or replace function ntk.responsible_at_centre(which uuid) returns bigint language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $body$
begin
    return (select ntk.person_at_centre(c) from cases_case c
        where c.id = which and (ntk.works_in_team(which) or ({CASE_WRITER})));
end
$body$;
alter function ntk.responsible_at_centre owner to lotse_policy;
-- reverse
drop function ntk.responsible_at_centre;
