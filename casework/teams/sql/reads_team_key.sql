-- Whether the data key is a team's, or that of a body's own record, and open to the actor. Who is only invited sees the
-- row of the team, but reads nothing that is encrypted.
create or replace function ntk.reads_team_key(which uuid) returns boolean language plpgsql stable
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
            select from teams_team t where t.data_key_id = which
                and (ntk.works_in_team(t.case_id) or exists (select from cases_case c where c.id = t.case_id)))
        or exists (
            select from teams_member m where m.own_key_id = which and ntk.actor() in (m.person_id, m.deputy_id)
                and m.organisation_id = any((select ntk.orgs_as({AT_OTHER_BODIES}))::bigint[]));
end
$body$;
-- reverse
drop function ntk.reads_team_key;
