-- Each event is chained when its transaction commits: the head row is locked for an instant only, and positions have
-- no gap.
create or replace function ntk.chain_event() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    head journal_head;
    digest bytea := sha256(convert_to(new.data::text, 'UTF8'));
    link bytea;
begin
    select * into head from journal_head for update;
    link := ntk.event_hash(head.hash, new, digest);
    insert into journal_link (position, event_id, payload_digest, hash)
        values (head.position + 1, new.id, digest, link);
    update journal_head set position = head.position + 1, hash = link;
    return null;
end
$body$;
alter function ntk.chain_event owner to lotse_policy;
-- reverse
drop function ntk.chain_event;
