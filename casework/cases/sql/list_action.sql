-- An open action stands on the worklist. Its person reads the contacts of the case as those do who work on it.
create or replace function ntk.list_action() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    named text;
begin
    if new.state in ({OPEN_ACTION}) then
        select 'F-' || number into named from cases_case where id = new.case_id;
        if named is null then select 'C-' || number into named from hotline_contact where id = new.contact_id; end if;
        perform ntk.list_work('action', new.id, coalesce(nullif(new.duty, ''), 'added'), named, new.centre_id,
            new.organisation_id, new.user_id, new.role, new.is_urgent, new.escalated_at is not null, new.due_at,
            new.steps_at);
    else
        perform ntk.unlist_work('action', new.id);
    end if;
    if new.case_id is not null and exists (
        select from cases_case c where c.id = new.case_id and exists (
            select from unnest(array[new.user_id, case tg_op when 'UPDATE' then old.user_id end]) as person
            where person not in (c.contact_person_id, coalesce(c.responsible_user_id, c.contact_person_id))))
    then
        perform ntk.mark_readers(new.case_id);
    end if;
    return null;
end
$body$;
alter function ntk.list_action owner to lotse_policy;
create or replace trigger list_action after insert or update on cases_action
    for each row execute function ntk.list_action();
-- reverse
drop trigger list_action on cases_action;
drop function ntk.list_action;
