-- A protected duty that is to be dropped is nobody's work, but waits for the coordinators, without who proposed it.
-- After list_action, which lists every open action.
create or replace function ntk.list_drop() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    named text;
begin
    if new.state in ({DROP_WAITS}) then
        select item.reference into named from worklist_workitem item where kind = 'action' and subject = new.id;
        perform ntk.unlist_work('action', new.id);
        perform ntk.list_approval('drop', new.id, new.duty, named, new.centre_id, 'coordinator',
            array[new.drop_proposed_by_id], new.is_urgent, ntk.later_weekday(now(),
            case when new.is_urgent then interval '1 hour' else interval '1 day' end));
    else
        perform ntk.unlist_work('drop', new.id);
    end if;
    return null;
end
$body$;
alter function ntk.list_drop owner to lotse_policy;
create or replace trigger list_drop after update on cases_action
    for each row when (new.state in ({DROP_WAITS}) or old.state in ({DROP_WAITS}))
    execute function ntk.list_drop();
-- reverse
drop trigger list_drop on cases_action;
drop function ntk.list_drop;
