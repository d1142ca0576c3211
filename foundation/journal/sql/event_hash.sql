-- The hash covers the previous hash, the event's columns and a digest of its payload, so that a payload can be
-- erased.
create or replace function ntk.event_hash(previous bytea, e journal_event, payload_digest bytea) returns bytea
language sql immutable as $body$
select sha256(previous || convert_to(jsonb_build_array(e.id, e.kind, extract(epoch from e.at), e.actor_id,
        e.centre_id, e.subject, e."case", e.tell, e.wake)::text, 'UTF8') || payload_digest)
$body$;
-- reverse
drop function ntk.event_hash;
