-- Whether the actor may read the request whose texts this data key encrypts.
create or replace function ntk.reads_request(key uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select exists (select from retention_request r where r.data_key_id = key and (r.centre_id = any(ntk.orgs_as('dpo'))
    or r.centre_id = any(ntk.orgs_as('coordinator'))
        and exists (select from retention_requestdossier d where d.request_id = r.id)))
$body$;
alter function ntk.reads_request owner to lotse_policy;
-- reverse
drop function ntk.reads_request;
