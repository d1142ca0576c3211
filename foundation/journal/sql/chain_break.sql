-- The first position at which the chain does not hold: a changed, missing or swapped event, a changed link, a cut
-- tail, a head that is not the last link's; after the last position, an event without a link. Null when whole. Events
-- of the asking transaction itself get their links when it commits.
-- A payload may be empty if its link names the later event that erased it, and if that event, which only the service
-- retention writes, has the number and the digest of just these links.
create or replace function ntk.chain_break() returns bigint language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
with link as (
        select l.position, l.hash, l.payload_digest, l.erased_by_id, e,
            coalesce(lag(l.hash) over w, sha256('lotse')) as previous, row_number() over w as expected
        from journal_link l left join journal_event e on e.id = l.event_id window w as (order by l.position)),
    last as (
        select position, hash from journal_link union all select 0, sha256('lotse') order by position desc limit 1),
    erased as (
        select erased_by_id, min(position) as first, max(event_id) as latest, jsonb_build_array(
            count(*), ntk.digest_of(array_agg(hash order by position))) as content
        from journal_link where erased_by_id is not null group by 1),
    erasing as (
        select e.id, e.data -> 'events' as content, l.position from journal_event e
        join journal_link l on l.event_id = e.id join accounts_user u on u.id = e.actor_id
        where e.kind = {ERASED} and u.service = 'retention'),
    nothing as (select jsonb_build_array(0, ntk.digest_of('{}')) as content)
    select min(position) from (
        select expected as position from link where position <> expected or (e).id is null
            or hash <> ntk.event_hash(previous, e, payload_digest)
            or payload_digest <> sha256(convert_to((e).data::text, 'UTF8'))
                and (erased_by_id is null or (e).data <> '{}')
        union all
        select coalesce(erased.first, erasing.position) from nothing cross join erasing
            full join erased on erased.erased_by_id = erasing.id
            where erasing.content is distinct from coalesce(erased.content, nothing.content)
                or erased.latest >= erased.erased_by_id
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
