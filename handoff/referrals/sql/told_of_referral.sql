-- Whether an event was addressed to the actor's organisation, the partner of this referral.
create or replace function ntk.told_of_referral(which uuid, tell text[]) returns boolean language plpgsql stable
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from handoff_referral r
        where r.id = which and r.state not in ({DRAFTS})
            and r.organisation_id = any((select ntk.orgs_as('partner_worker', 'partner_coordinator'))::bigint[])
            and 'organisation.' || r.organisation_id = any(tell));
end
$body$;
-- reverse
drop function ntk.told_of_referral;
