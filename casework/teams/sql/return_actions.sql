-- The open actions of a body that leaves go back to the shift of the centre; those of a body that names another person
-- go to that one. The work items follow (ntk.list_action).
create or replace function ntk.return_actions() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({IN_TEAM}) then
        update cases_action set user_id = new.person_id, version = version + 1
            where case_id = new.team_id and organisation_id = new.organisation_id and state in ({OPEN_ACTION})
                and user_id is distinct from new.person_id;
    else
        update cases_action set organisation_id = centre_id, user_id = null, version = version + 1
            where case_id = new.team_id and organisation_id = new.organisation_id and state in ({OPEN_ACTION});
    end if;
    return null;
end
$body$;
alter function ntk.return_actions owner to lotse_policy;
create or replace trigger return_actions after update on teams_member
    for each row when (old.state in ({IN_TEAM})
        and (new.state, new.person_id) is distinct from (old.state, old.person_id))
    execute function ntk.return_actions();
-- reverse
drop trigger return_actions on teams_member;
drop function ntk.return_actions;
