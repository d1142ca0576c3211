-- The first position at which the chain does not hold: a changed, missing or swapped event, a changed link, a cut
-- tail, a head that is not the last link's; after the last position, an event without a link. Null when whole. Events
-- of the asking transaction itself get their links when it commits.
create or replace function ntk.chain_break() returns bigint language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
with link as (
        select l.position, l.hash, l.payload_digest, e,
            coalesce(lag(l.hash) over w, sha256('lotse')) as previous, row_number() over w as expected
        from journal_link l left join journal_event e on e.id = l.event_id window w as (order by l.position)),
    last as (
        select position, hash from journal_link union all select 0, sha256('lotse') order by position desc limit 1)
    select min(position) from (
        select expected as position from link where position <> expected or (e).id is null
            or hash <> ntk.event_hash(previous, e, payload_digest)
            or payload_digest <> sha256(convert_to((e).data::text, 'UTF8'))
        union all
        select last.position + 1 from last where not exists (
            select from journal_head h where h.position = last.position and h.hash = last.hash)
        union all
        select last.position + 1 from last where exists (
            select from journal_event e where e.at < transaction_timestamp() and not exists (
                select from journal_link l where l.event_id = e.id))
    ) broken
$body$;
alter function ntk.chain_break owner to lotse_policy;
-- reverse
drop function ntk.chain_break;
