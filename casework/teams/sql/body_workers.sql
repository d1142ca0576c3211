-- The named people of a body that is in the team work on the case; of any other body, nobody does.
create or replace function ntk.mark_body_workers() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    delete from cases_bodyworker where case_id = new.team_id and organisation_id = new.organisation_id;
    insert into cases_bodyworker (case_id, organisation_id, user_id)
        select m.team_id, m.organisation_id, named.person
        from teams_member m cross join lateral unnest(array[m.person_id, m.deputy_id]) named (person)
        where m.team_id = new.team_id and m.organisation_id = new.organisation_id and m.state in ({IN_TEAM})
            and named.person is not null;
    return null;
end
$body$;
alter function ntk.mark_body_workers owner to lotse_policy;
create or replace trigger mark_body_workers after insert on teams_member
    for each row when (new.state in ({IN_TEAM})) execute function ntk.mark_body_workers();
create or replace trigger mark_body_workers_again after update on teams_member
    for each row when ((new.state, new.person_id, new.deputy_id)
        is distinct from (old.state, old.person_id, old.deputy_id))
    execute function ntk.mark_body_workers();
-- reverse
drop trigger mark_body_workers_again on teams_member;
drop trigger mark_body_workers on teams_member;
drop function ntk.mark_body_workers;
