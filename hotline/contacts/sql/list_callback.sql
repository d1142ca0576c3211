-- Whoever is to be called back stands on the worklist: with whoever took it, else with the whole shift. Nobody calls
-- back callers who hung up without asking for it (ADR 11).
create or replace function ntk.list_callback() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({CALLBACK_OVER}) or new.state in ({TO_CALL}) and new.origin = '{MISSED}' then
        perform ntk.unlist_work('callback', new.id);
    else
        perform ntk.list_work('callback', new.id, new.origin,
            coalesce((select 'C-' || number from hotline_contact where id = new.contact_id), ''), new.centre_id,
            new.centre_id, case when new.state in ({CALLBACK_IN_HAND}) then new.claimed_by_id end, '', new.is_urgent,
            false, new.due_at, '{}');
    end if;
    return null;
end
$body$;
alter function ntk.list_callback owner to lotse_policy;
create or replace trigger list_callback after insert or update on hotline_callback
    for each row execute function ntk.list_callback();
-- reverse
drop trigger list_callback on hotline_callback;
drop function ntk.list_callback;
