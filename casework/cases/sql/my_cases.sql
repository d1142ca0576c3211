-- Cases of the actor as a handler: responsible, contact person, or nobody is responsible within the centre.
create or replace function ntk.my_cases() returns uuid[] language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select coalesce(array_agg(id), '{}') from (
    select c.id from cases_case c
    where c.contact_person_id = ntk.actor() and c.centre_id = any(ntk.orgs_as('handler'))
    union
    select c.id from cases_responsibility r join cases_case c on c.id = r.case_id
    where r.until is null and r.user_id = ntk.actor() and c.centre_id = any(ntk.orgs_as('handler'))
    union
    select c.id from cases_responsibility r join cases_case c on c.id = r.case_id and c.centre_id = r.organisation_id
    where r.until is null and r.user_id is null and c.centre_id = any(ntk.orgs_as('handler'))
) mine
$body$;
alter function ntk.my_cases owner to lotse_policy;
-- reverse
drop function ntk.my_cases;
