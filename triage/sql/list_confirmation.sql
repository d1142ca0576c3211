-- A choice that needs a second person waits for the coordinators, without who made it: due after an hour if it is
-- urgent, else after a day.
create or replace function ntk.list_confirmation() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({WAITING}) then
        perform ntk.list_approval('confirmation', new.id, '',
            (select 'C-' || number from hotline_contact where id = new.contact_id), new.centre_id, 'coordinator',
            array[new.completed_by_id], new.urgency = 'urgent', ntk.later_weekday(new.completed_at,
            case new.urgency when 'urgent' then interval '1 hour' else interval '1 day' end));
    else
        perform ntk.unlist_work('confirmation', new.id);
    end if;
    return null;
end
$body$;
alter function ntk.list_confirmation owner to lotse_policy;
create or replace trigger list_confirmation after insert on triage_assessment
    for each row when (new.state in ({WAITING})) execute function ntk.list_confirmation();
create or replace trigger list_confirmation_again after update on triage_assessment
    for each row when (new.state is distinct from old.state and (new.state in ({WAITING}) or old.state in ({WAITING})))
    execute function ntk.list_confirmation();
-- reverse
drop trigger list_confirmation_again on triage_assessment;
drop trigger list_confirmation on triage_assessment;
drop function ntk.list_confirmation;
