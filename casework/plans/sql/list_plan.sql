-- An agreement that is asked for is work of the body; at the centre of who is responsible. A draft that came back is
-- work of the body that proposed it. What is the centre's goes with the responsibility for the case.
create or replace function ntk.list_plan_agreement() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({ASKED}) then
        perform ntk.list_work('plan_agreement', new.id, '', 'F-' || c.number, new.centre_id, new.organisation_id,
            case when new.organisation_id <> new.centre_id then new.user_id else ntk.person_at_centre(c) end,
            '', false, new.escalated_at is not null, new.due_at, array[new.due_at])
            from cases_case c where c.id = new.team_id;
    else
        perform ntk.unlist_work('plan_agreement', new.id);
    end if;
    return null;
end
$body$;
create or replace function ntk.list_plan() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({DRAFTS}) and new.proposed_at is not null then
        perform ntk.list_work('plan', new.id, '', 'F-' || c.number, new.centre_id, new.organisation_id,
            case when new.organisation_id <> new.centre_id then new.proposed_by_id else ntk.person_at_centre(c) end,
            '', false, false, new.due_at, '{}')
            from cases_case c where c.id = new.team_id;
    else
        perform ntk.unlist_work('plan', new.id);
    end if;
    return null;
end
$body$;
create or replace function ntk.plans_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update worklist_workitem set user_id = ntk.person_at_centre(new)
        where organisation_id = new.centre_id and role = '' and (
            kind = 'plan' and subject in (select id from plans_plan where team_id = new.id)
            or kind = 'plan_agreement' and subject in (select id from plans_agreement where team_id = new.id));
    return null;
end
$body$;
alter function ntk.list_plan_agreement owner to lotse_policy;
alter function ntk.list_plan owner to lotse_policy;
alter function ntk.plans_follow owner to lotse_policy;
create or replace trigger list_plan_agreement after insert or update on plans_agreement
    for each row execute function ntk.list_plan_agreement();
create or replace trigger list_plan after update on plans_plan
    for each row when ((new.state, new.organisation_id) is distinct from (old.state, old.organisation_id))
    execute function ntk.list_plan();
create or replace trigger plans_follow after update on cases_case
    for each row when (ntk.person_at_centre(new) is distinct from ntk.person_at_centre(old))
    execute function ntk.plans_follow();
-- reverse
drop trigger plans_follow on cases_case;
drop trigger list_plan on plans_plan;
drop trigger list_plan_agreement on plans_agreement;
drop function ntk.plans_follow;
drop function ntk.list_plan;
drop function ntk.list_plan_agreement;
