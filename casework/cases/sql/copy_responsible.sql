-- The case's columns say who is responsible now, so that policies and lists read one row. A partner moves
-- responsibility without access to the case.
create or replace function ntk.copy_responsible() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update cases_case set responsible_organisation_id = new.organisation_id, responsible_user_id = new.user_id
    where id = new.case_id
        and (responsible_organisation_id, responsible_user_id) is distinct from (new.organisation_id, new.user_id);
    return null;
end
$body$;
alter function ntk.copy_responsible owner to lotse_policy;
create or replace trigger copy_responsible after insert on cases_responsibility for each row
    execute function ntk.copy_responsible();
-- reverse
drop trigger copy_responsible on cases_responsibility;
drop function ntk.copy_responsible;
