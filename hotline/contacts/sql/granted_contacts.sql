-- Contacts to which the actor was granted access for a time.
create or replace function ntk.granted_contacts() returns uuid[] language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select coalesce(array_agg(contact_id), '{}') from hotline_accessrequest
where requested_by_id = ntk.actor() and granted_until > now()
    and centre_id = any(ntk.orgs_as('handler', 'coordinator', 'dpo'))
$body$;
alter function ntk.granted_contacts owner to lotse_policy;
-- reverse
drop function ntk.granted_contacts;
