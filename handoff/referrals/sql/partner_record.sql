-- Load and punctuality of partners as counts: the ranking needs them from people who may not see the referrals. The
-- months of the last year that began within it, so that nothing older counts.
create or replace function ntk.partner_record()
returns table (organisation_id bigint, open_cases bigint, answered bigint, in_time bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select organisation_id, sum(taken),
    coalesce(sum(answered) filter (where month > now() - interval '1 year'), 0),
    coalesce(sum(in_time) filter (where month > now() - interval '1 year'), 0)
from handoff_offercount
where (taken > 0 or month > now() - interval '1 year') and ntk.actor() is not null group by organisation_id
$body$;
alter function ntk.partner_record owner to lotse_policy;
-- reverse
drop function ntk.partner_record;
