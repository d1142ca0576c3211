-- An open consultation is work of who is asked: reminded half-way, and put before coordinators when it is due. Without
-- a reference, which this person does not see; of the centre, only if the centre reads it.
create or replace function ntk.list_consultation() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({OPEN}) then
        perform ntk.list_work('consultation', new.id, '', '', case when new.is_shared then new.centre_id end,
            new.organisation_id, new.consultant_id, '', false, new.escalated_at is not null, new.due_at,
            array[new.asked_at + (new.due_at - new.asked_at) / 2, new.due_at]);
    else
        perform ntk.unlist_work('consultation', new.id);
    end if;
    return null;
end
$body$;
alter function ntk.list_consultation owner to lotse_policy;
create or replace trigger list_consultation after insert or update on consultations_consultation
    for each row execute function ntk.list_consultation();
-- reverse
drop trigger list_consultation on consultations_consultation;
drop function ntk.list_consultation;
