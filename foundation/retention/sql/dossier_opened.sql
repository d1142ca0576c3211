-- Whether the dossier that this contact or case names is opened for the actor, to make the copy for a person who asked
-- for it: an officer of the centre, a checked identity, and a coordinator who agreed that it is about that person.
create or replace function ntk.dossier_opened(about uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select exists (
    select from retention_requestdossier d join retention_request r on r.id = d.request_id
    where d.subject = about and d.agreed_at is not null and d.ended_at is null
        and r.kind = {ACCESS} and r.state in ({CHECKED}) and r.centre_id = any(ntk.orgs_as('dpo')))
$body$;
alter function ntk.dossier_opened owner to lotse_policy;
-- reverse
drop function ntk.dossier_opened;
