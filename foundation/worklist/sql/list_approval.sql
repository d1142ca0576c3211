-- What waits for another's yes, of anybody with this role at the organisation besides those who asked for it. A repeat
-- keeps the due time.
create or replace function ntk.list_approval(
    what text, about uuid, exactly text, named text, place bigint, of_role text, not_by bigint[], urgent boolean,
    due timestamptz) returns void language sql
set search_path = pg_catalog, public, pg_temp as $body$
insert into worklist_workitem (id, kind, detail, subject, reference, centre_id, organisation_id, role, besides,
        is_urgent, is_escalated, due_at, steps_at, steps_done, listed_at)
    values (gen_random_uuid(), what, exactly, about, coalesce(named, ''), place, place, of_role, not_by, urgent, false,
        due, '{}', 0, now())
on conflict (kind, subject) do update set besides = excluded.besides, is_urgent = excluded.is_urgent
$body$;
alter function ntk.list_approval owner to lotse_policy;
-- reverse
drop function ntk.list_approval;
