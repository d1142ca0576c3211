-- Called by the triggers of the apps. Whoever changes the work without its times keeps the steps that were carried out.
create or replace function ntk.list_work(
    what text, about uuid, exactly text, named text, centre bigint, organisation bigint, person bigint, of_role text,
    urgent boolean, escalated boolean, due timestamptz, steps timestamptz[]) returns void language sql
set search_path = pg_catalog, public, pg_temp as $body$
insert into worklist_workitem as item (id, kind, detail, subject, reference, centre_id, organisation_id, user_id, role,
        besides, is_urgent, is_escalated, due_at, steps_at, steps_done, next_at, listed_at)
    values (gen_random_uuid(), what, exactly, about, named, centre, organisation, person, of_role, '{}', urgent,
        escalated, due, steps, 0, steps[1], now())
on conflict (kind, subject) do update set
    detail = excluded.detail, reference = excluded.reference, centre_id = excluded.centre_id,
    organisation_id = excluded.organisation_id, user_id = excluded.user_id, role = excluded.role,
    is_urgent = excluded.is_urgent,
    is_escalated = excluded.is_escalated or item.is_escalated and item.steps_at = excluded.steps_at,
    due_at = excluded.due_at, steps_at = excluded.steps_at,
    steps_done = case when item.steps_at = excluded.steps_at then item.steps_done else 0 end,
    next_at = case when item.steps_at = excluded.steps_at then item.next_at else excluded.next_at end
$body$;
create or replace function ntk.unlist_work(what text, about uuid) returns void language sql
set search_path = pg_catalog, public, pg_temp as $body$
delete from worklist_workitem where kind = what and subject = about
$body$;
alter function ntk.list_work owner to lotse_policy;
alter function ntk.unlist_work owner to lotse_policy;
-- reverse
drop function ntk.unlist_work;
drop function ntk.list_work;
