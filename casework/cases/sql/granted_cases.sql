-- Cases with a contact to which the actor was granted access for a time: to read.
create or replace function ntk.granted_cases() returns uuid[] language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select coalesce(array_agg(case_id), '{}') from cases_casecontact where contact_id = any(ntk.granted_contacts())
$body$;
alter function ntk.granted_cases owner to lotse_policy;
-- reverse
drop function ntk.granted_cases;
