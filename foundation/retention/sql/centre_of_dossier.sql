-- The centre of the contact or case that names a dossier, for those of its data protection officers, else null.
create or replace function ntk.centre_of_dossier(about uuid) returns bigint language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select centre_id from (
        {CENTRES}
) named where centre_id = any(ntk.orgs_as('dpo', 'coordinator')) or ntk.service() = 'retention'
$body$;
alter function ntk.centre_of_dossier owner to lotse_policy;
-- reverse
drop function ntk.centre_of_dossier;
