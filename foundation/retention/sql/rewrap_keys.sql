-- Stores data keys wrapped by the active master key, except those that changed meanwhile: one that was erased stays so.
-- Returns how many. For the service retention.
create or replace function ntk.rewrap_keys(active text, ids uuid[], earlier bytea[], rewrapped bytea[]) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    stored integer;
begin
    if ntk.service() is distinct from 'retention' then
        raise exception 'only the service retention wraps keys anew' using errcode = 'insufficient_privilege';
    end if;
    update privacy_datakey k set master_key = active, wrapped = g.new
        from unnest(ids, earlier, rewrapped) g (id, old, new) where k.id = g.id and k.wrapped = g.old;
    get diagnostics stored = row_count;
    return stored;
end
$body$;
alter function ntk.rewrap_keys owner to lotse_policy;
grant update (master_key) on privacy_datakey to lotse_policy;
-- reverse
revoke update (master_key) on privacy_datakey from lotse_policy;
drop function ntk.rewrap_keys;
