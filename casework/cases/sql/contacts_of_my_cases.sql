-- Whoever works on a case reads what its callers said, also when a colleague took the call.
create or replace function ntk.contacts_of_my_cases() returns uuid[] language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select coalesce(array_agg(contact_id), '{}') from cases_casecontact where case_id = any(ntk.my_cases())
$body$;
alter function ntk.contacts_of_my_cases owner to lotse_policy;
-- reverse
drop function ntk.contacts_of_my_cases;
