-- The hash of a person's role as it is, or as it was before it ended.
create or replace function ntk.role_hash(m accounts_membership, before_end boolean) returns bytea
language sql immutable as $body$
select sha256(convert_to(jsonb_build_array(m.id, m.user_id, m.organisation_id, m.role, extract(epoch from m.started_at),
        m.granted_by_id, case when not before_end then extract(epoch from m.ended_at) end,
        case when not before_end then m.ended_by_id end)::text, 'UTF8'))
$body$;
-- reverse
drop function ntk.role_hash;
