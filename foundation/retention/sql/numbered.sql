-- Contacts and cases by their references, such as C-12, for coordinators and data protection officers of their centre.
-- References and ids, no content. With an empty letter, all of these ids.
create or replace function ntk.numbered(wanted text, which bigint, ids uuid[])
returns table (subject uuid, reference text) language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    centres bigint[] := ntk.orgs_as('coordinator', 'dpo');
begin
    return query
    select n.id, n.letter || '-' || n.number from (
        {NUMBERED}) n
    where n.centre_id = any(centres) and (n.letter = wanted and n.number = which or wanted = '' and n.id = any(ids));
end
$body$;
alter function ntk.numbered owner to lotse_policy;
-- reverse
drop function ntk.numbered;
