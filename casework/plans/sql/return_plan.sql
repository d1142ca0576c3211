-- A proposal that cannot come into force is a draft again, for who plans: a body objects, or one that has something to
-- do in it leaves. A body that names another person is asked through that one. What a body wrote and has not been
-- agreed stays with the centre.
create or replace function ntk.return_plan(which uuid) returns void language sql
set search_path = pg_catalog, public, pg_temp as $body$
update plans_plan
    set state = {DRAFTS}, due_at = ntk.later_weekday(now(), interval '2 days'), version = version + 1
    where id = which and state in ({PROPOSED})
$body$;
create or replace function ntk.plan_and_objection() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.return_plan(new.plan_id);
    return null;
end
$body$;
create or replace function ntk.plan_and_members() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({IN_TEAM}) then
        update plans_agreement set user_id = new.person_id, version = version + 1
            where team_id = new.team_id and organisation_id = new.organisation_id and state in ({ASKED});
        return null;
    end if;
    perform ntk.return_plan(p.id) from plans_plan p
        where p.team_id = new.team_id and exists (select from plans_plannedaction a
            where a.plan_id = p.id and a.organisation_id = new.organisation_id);
    update plans_plan set organisation_id = centre_id, version = version + 1
        where team_id = new.team_id and state in ({DRAFTS}, {PROPOSED}) and organisation_id = new.organisation_id;
    return null;
end
$body$;
alter function ntk.plan_and_objection owner to lotse_policy;
alter function ntk.plan_and_members owner to lotse_policy;
create or replace trigger plan_and_objection after update on plans_agreement
    for each row when (new.state in ({OBJECTS}) and new.state is distinct from old.state)
    execute function ntk.plan_and_objection();
create or replace trigger plan_and_members after update on teams_member
    for each row when (old.state in ({IN_TEAM})
        and (new.state, new.person_id) is distinct from (old.state, old.person_id))
    execute function ntk.plan_and_members();
-- reverse
drop trigger plan_and_members on teams_member;
drop trigger plan_and_objection on plans_agreement;
drop function ntk.plan_and_members;
drop function ntk.plan_and_objection;
drop function ntk.return_plan;
