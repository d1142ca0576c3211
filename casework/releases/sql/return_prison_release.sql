-- The release of a body that leaves goes to who is responsible at the centre, as somebody on shift may not read the
-- case; that of a body that names another person goes to that one.
create or replace function ntk.return_prison_release() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({IN_TEAM}) then
        update releases_prisonrelease set user_id = new.person_id, version = version + 1
            where team_id = new.team_id and organisation_id = new.organisation_id and state in ({CURRENT})
                and user_id is distinct from new.person_id;
    else
        update releases_prisonrelease set organisation_id = centre_id, version = version + 1,
                user_id = (select ntk.person_at_centre(c) from cases_case c where c.id = new.team_id)
            where team_id = new.team_id and organisation_id = new.organisation_id and state in ({CURRENT});
    end if;
    return null;
end
$body$;
alter function ntk.return_prison_release owner to lotse_policy;
create or replace trigger return_prison_release after update on teams_member
    for each row when (old.state in ({IN_TEAM})
        and (new.state, new.person_id) is distinct from (old.state, old.person_id))
    execute function ntk.return_prison_release();
-- reverse
drop trigger return_prison_release on teams_member;
drop function ntk.return_prison_release;
