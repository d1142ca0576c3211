-- A proposal that is taken back or objected to: nobody is asked any longer. A version that comes into force: what it no
-- longer has is dropped, what it moved is moved. What it has anew is added by whoever agreed last, as its text is
-- encrypted.
create or replace function ntk.follow_plan() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state not in ({IN_FORCE}) then
        update plans_agreement set state = {NO_LONGER_ASKED}, version = version + 1
            where plan_id = new.id and state in ({ASKED});
        return null;
    end if;
    update cases_action a
        set state = {DROPPED}, drop_reason = {BY_PLAN}, ended_at = new.agreed_at, ended_by_id = ntk.actor(),
            version = version + 1
        where a.case_id = new.team_id and a.state in ({OPEN_ACTION})
            and a.id in (select p.action_id from plans_plannedaction p join plans_plan v on v.id = p.plan_id
                where v.team_id = new.team_id and v.state in ({REPLACED}))
            and a.id not in (select action_id from plans_plannedaction where plan_id = new.id);
    update cases_action a
        set due_at = p.due_at, steps_at = p.steps_at, escalated_at = null, version = a.version + 1
        from plans_plannedaction p
        where p.plan_id = new.id and a.id = p.action_id and a.case_id = new.team_id and a.state in ({OPEN_ACTION})
            and a.due_at <> p.due_at;
    return null;
end
$body$;
alter function ntk.follow_plan owner to lotse_policy;
create or replace trigger follow_plan after update on plans_plan
    for each row when (old.state in ({PROPOSED}) and new.state is distinct from old.state)
    execute function ntk.follow_plan();
-- reverse
drop trigger follow_plan on plans_plan;
drop function ntk.follow_plan;
