-- A case is opened with its first responsibility and with the contact of its assessment, whoever inserts it.
create or replace function ntk.first_rows() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    insert into cases_responsibility (id, case_id, organisation_id, user_id, since, given_by_id)
        values (gen_random_uuid(), new.id, new.responsible_organisation_id, new.responsible_user_id, new.opened_at,
            new.opened_by_id);
    insert into cases_casecontact (contact_id, case_id, linked_at, linked_by_id)
        select contact_id, new.id, new.opened_at, new.opened_by_id from triage_assessment where id = new.assessment_id;
    return null;
end
$body$;
alter function ntk.first_rows owner to lotse_policy;
grant insert on cases_responsibility, cases_casecontact to lotse_policy;
create or replace trigger first_rows after insert on cases_case for each row execute function ntk.first_rows();
-- reverse
drop trigger first_rows on cases_case;
revoke insert on cases_responsibility, cases_casecontact from lotse_policy;
drop function ntk.first_rows;
