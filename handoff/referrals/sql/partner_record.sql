-- Load and punctuality of partners as counts: the ranking needs them from people who may not see the referrals.
create or replace function ntk.partner_record()
returns table (organisation_id bigint, open_cases bigint, answered bigint, in_time bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select organisation_id,
    count(*) filter (where state in ({TAKEN})),
    count(*) filter (where due_at is not null and offered_at > now() - interval '1 year'
        and (answered_at is not null or state = '{EXPIRED}')),
    count(*) filter (where offered_at > now() - interval '1 year' and answered_at <= due_at)
from handoff_referral where ntk.actor() is not null group by organisation_id
$body$;
alter function ntk.partner_record owner to lotse_policy;
-- reverse
drop function ntk.partner_record;
