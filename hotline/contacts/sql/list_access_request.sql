-- A request for access waits for the coordinators, without who asked; its answer is due a day later.
create or replace function ntk.list_access_request() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.decided_at is null then
        perform ntk.list_approval('access', new.id, '',
            (select 'C-' || number from hotline_contact where id = new.contact_id), new.centre_id, 'coordinator',
            array[new.requested_by_id], false, ntk.later_weekday(new.requested_at, interval '1 day'));
    else
        perform ntk.unlist_work('access', new.id);
    end if;
    return null;
end
$body$;
alter function ntk.list_access_request owner to lotse_policy;
create or replace trigger list_access_request after insert or update on hotline_accessrequest
    for each row execute function ntk.list_access_request();
-- reverse
drop trigger list_access_request on hotline_accessrequest;
drop function ntk.list_access_request;
