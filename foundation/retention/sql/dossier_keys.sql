-- The data keys of a dossier: of the contact or case that names it, and of all that is tied to it. Made from each app's
-- retention.py. Ids of keys, for the service retention, and for the officer to whom a dossier was opened for a copy.
create or replace function ntk.dossier_keys(about uuid, known uuid[]) returns uuid[] language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    keys uuid[] := array(
        {SEEDS}
        union select unnest(known));
    found uuid[];
begin
    if ntk.service() is distinct from 'retention' and (known <> '{}' or not ntk.dossier_opened(about)) then
        raise exception 'only the service retention asks for the keys of a dossier'
            using errcode = 'insufficient_privilege';
    end if;
    loop
        found := array(
        {TIES}
        union select unnest(keys));
        exit when found <@ keys;
        keys := found;
    end loop;
    return keys;
end
$body$;
alter function ntk.dossier_keys owner to lotse_policy;
-- reverse
drop function ntk.dossier_keys;
