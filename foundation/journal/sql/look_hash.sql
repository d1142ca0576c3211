-- The hash of a look, for the digest of its seal.
create or replace function ntk.look_hash(l journal_look) returns bytea language sql immutable as $body$
select sha256(convert_to(jsonb_build_array(l.id, l.what, extract(epoch from l.at), l.actor_id, l.centre_id,
        l.subject)::text, 'UTF8'))
$body$;
-- reverse
drop function ntk.look_hash;
