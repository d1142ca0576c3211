-- Whoever works on a case reads what its callers said, also when a colleague took the call.
create or replace function ntk.works_on_case_of(contact uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from cases_casecontact link join cases_case on cases_case.id = link.case_id
        where link.contact_id = contact and centre_id = any((select ntk.orgs_as('handler'))::bigint[])
            and {IS_MINE});
end
$body$;
alter function ntk.works_on_case_of owner to lotse_policy;
-- reverse
drop function ntk.works_on_case_of;
