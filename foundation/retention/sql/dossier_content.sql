-- What is held in the dossier that this contact or case names: its rows, encrypted as they are stored, by table; then
-- its wrapped data keys; then the organisations to which something was passed on. Only while it is opened for them.
create or replace function ntk.dossier_content(about uuid) returns table (place text, content jsonb) language plpgsql
stable security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    keys uuid[];
begin
    if not ntk.dossier_opened(about) then
        raise exception 'only an officer to whom a dossier was opened reads it'
            using errcode = 'insufficient_privilege';
    end if;
    keys := ntk.dossier_keys(about, '{}');
    return query
        {COPIED}
        union all select 'privacy_datakey', to_jsonb(t) from privacy_datakey t where id = any(keys);
    return query select 'recipient', to_jsonb(t) from (
        {RECIPIENTS}) t;
end
$body$;
alter function ntk.dossier_content owner to lotse_policy;
-- reverse
drop function ntk.dossier_content;
