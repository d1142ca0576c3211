-- A coordinator grants access within the own centre only, so a request must name the contact's centre.
create or replace function ntk.centre_of_contact(contact uuid) returns bigint language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select centre_id from hotline_contact where id = contact
$body$;
alter function ntk.centre_of_contact owner to lotse_policy;
-- reverse
drop function ntk.centre_of_contact;
