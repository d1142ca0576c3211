-- The telephone hangs up a call whose contact was ended this way. It learns that and nothing else of the contact.
create or replace function ntk.ended_without_counselling(which uuid[]) returns setof uuid
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select id from hotline_contact
where id = any(which) and state in ({FINISHED}) and ending <> '' and (select ntk.service()) = 'telephone'
$body$;
alter function ntk.ended_without_counselling owner to lotse_policy;
-- reverse
drop function ntk.ended_without_counselling;
