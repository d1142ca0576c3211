-- Locks the case of a referral. Everybody locks the case before its referrals, also a partner, who may not read it:
-- whoever locked them in the other order would wait in a circle with somebody who closes the case.
create or replace function ntk.lock_case_of(referral uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform from cases_case where id = (
        select case_id from handoff_referral r
        where r.id = referral and (r.centre_id = any((select ntk.orgs_as('handler', 'coordinator'))::bigint[])
            or r.organisation_id = any((select ntk.orgs_as('partner_worker', 'partner_coordinator'))::bigint[])
            or (select ntk.service()) = 'deadlines'))
    for no key update;
end
$body$;
alter function ntk.lock_case_of owner to lotse_policy;
-- reverse
drop function ntk.lock_case_of;
