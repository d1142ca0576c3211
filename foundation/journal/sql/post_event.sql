-- An event that somebody waits for goes into the outbox in the same transaction; the relay is woken when it commits.
create or replace function ntk.post_event() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    insert into journal_outbox (event_id) values (new.id);
    perform pg_notify('lotse_outbox', '');
    return null;
end
$body$;
alter function ntk.post_event owner to lotse_policy;
create or replace trigger post_event after insert on journal_event for each row
    when (cardinality(new.tell) > 0 or new.wake <> '') execute function ntk.post_event();
-- reverse
drop trigger post_event on journal_event;
drop function ntk.post_event;
