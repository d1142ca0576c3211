-- Load and punctuality of partners as counts: the ranking needs them from people who may not see the referrals. Offers
-- count for a year to the day, in UTC. Partners learn their own only.
create or replace function ntk.partner_record()
returns table (organisation_id bigint, open_cases bigint, answered bigint, in_time bigint)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select organisation_id, sum(taken), coalesce(sum(answered) filter (where day > year_ago), 0),
    coalesce(sum(in_time) filter (where day > year_ago), 0)
from handoff_offercount, (select (now() at time zone 'UTC' - interval '1 year')::date) one (year_ago)
where (taken > 0 or day > year_ago)
    and ((select ntk.service()) = 'deadlines'
        or cardinality((select ntk.orgs_as('handler', 'coordinator', 'administrator'))::bigint[]) > 0
        or organisation_id = any((select ntk.orgs_as('partner_worker', 'partner_coordinator'))::bigint[]))
group by organisation_id
$body$;
alter function ntk.partner_record owner to lotse_policy;
-- reverse
drop function ntk.partner_record;
