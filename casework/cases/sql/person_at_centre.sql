-- Whose work of a case it is at the centre: of who is responsible; while a partner is, of the contact person.
create or replace function ntk.person_at_centre(one cases_case) returns bigint language sql immutable
set search_path = pg_catalog, public, pg_temp as $body$
select case when one.responsible_organisation_id = one.centre_id then one.responsible_user_id
    else one.contact_person_id end
$body$;
alter function ntk.person_at_centre owner to lotse_policy;
-- reverse
drop function ntk.person_at_centre;
