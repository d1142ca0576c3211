-- An agreement that is asked for is work of the body; at the centre of who is responsible. A draft that came back is
-- work of the body that proposed it.
create or replace function ntk.list_plan_agreement() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({ASKED}) then
        perform ntk.list_work('plan_agreement', new.id, '', 'F-' || c.number, new.centre_id, new.organisation_id,
            case when new.organisation_id <> new.centre_id then new.user_id
                when c.responsible_organisation_id = c.centre_id then c.responsible_user_id
                else c.contact_person_id end,
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
            case when new.organisation_id <> new.centre_id then new.proposed_by_id
                when c.responsible_organisation_id = c.centre_id then c.responsible_user_id
                else c.contact_person_id end,
            '', false, false, new.due_at, '{}')
            from cases_case c where c.id = new.team_id;
    else
        perform ntk.unlist_work('plan', new.id);
    end if;
    return null;
end
$body$;
alter function ntk.list_plan_agreement owner to lotse_policy;
alter function ntk.list_plan owner to lotse_policy;
create or replace trigger list_plan_agreement after insert or update on plans_agreement
    for each row execute function ntk.list_plan_agreement();
create or replace trigger list_plan after update on plans_plan
    for each row when ((new.state, new.organisation_id) is distinct from (old.state, old.organisation_id))
    execute function ntk.list_plan();
-- reverse
drop trigger list_plan on plans_plan;
drop trigger list_plan_agreement on plans_agreement;
drop function ntk.list_plan;
drop function ntk.list_plan_agreement;
