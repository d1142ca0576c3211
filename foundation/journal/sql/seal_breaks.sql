-- What does not agree with the seals, for verify_journal: "looks" or "changes of roles" with the event that sealed them
-- (null: not sealed, but older than the last seal), and "role" with the id of the person's role.
-- A row that was there before the previous seal would have been in it; a transaction lasts less than two minutes.
create or replace function ntk.seal_breaks() returns table (what text, id bigint) language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
with seal as (
        select e.id, e.data, lag(e.at) over (order by e.id) - interval '2 minutes' as since
        from journal_event e where e.kind = {SEALED}
        union all
        select 0, null, max(e.at) - interval '2 minutes' from journal_event e where e.kind = {SEALED}),
    looks as (
        select coalesce(l.seal_id, 0) as seal_id, min(l.at) as first, jsonb_build_array(
            count(*), ntk.digest_of(array_agg(ntk.look_hash(l) order by l.id))) as content
        from journal_look l group by 1),
    changes as (
        select coalesce(r.seal_id, 0) as seal_id, min(r.at) as first, jsonb_build_array(
            count(*), ntk.digest_of(array_agg(r.digest order by r.id))) as content
        from journal_rolechange r group by 1),
    nothing as (select jsonb_build_array(0, ntk.digest_of('{}')) as content),
    recorded as (select r.membership_id, array_agg(r.digest order by r.id) as digests
        from journal_rolechange r group by r.membership_id)
select 'looks', nullif(coalesce(s.id, l.seal_id), 0)
    from nothing cross join seal s full join looks l on l.seal_id = s.id
    where s.id > 0 and s.data -> 'looks' is distinct from coalesce(l.content, nothing.content)
        or l.first < s.since or s.id is null
union all
select 'changes of roles', nullif(coalesce(s.id, c.seal_id), 0)
    from nothing cross join seal s full join changes c on c.seal_id = s.id
    where s.id > 0 and s.data -> 'roles' is distinct from coalesce(c.content, nothing.content)
        or c.first < s.since or s.id is null
union all
select 'role', coalesce(m.id, r.membership_id)
    from accounts_membership m full join recorded r on r.membership_id = m.id
    where m.id is null or r.digests is null or r.digests <> case
        when m.ended_at is null or cardinality(r.digests) = 1 then array[ntk.role_hash(m, false)]
        else array[ntk.role_hash(m, true), ntk.role_hash(m, false)] end
$body$;
alter function ntk.seal_breaks owner to lotse_policy;
-- reverse
drop function ntk.seal_breaks;
