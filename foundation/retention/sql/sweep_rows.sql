-- Deletes or empties at most so many rows of a declared sweep that began before the moment, oldest first, but none of a
-- dossier on hold. Returns how many. For the service retention.
create or replace function ntk.sweep_rows(which text, before timestamptz, most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    keys uuid[];
    swept integer;
begin
    if ntk.service() is distinct from 'retention' then
        raise exception 'only the service retention sweeps' using errcode = 'insufficient_privilege';
    end if;
    keys := array(select unnest(ntk.dossier_keys(h.subject, '{}')) from retention_hold h where h.ended_at is null);
    case which
{SWEEPS}
    end case;
    get diagnostics swept = row_count;
    return swept;
end
$body$;
alter function ntk.sweep_rows owner to lotse_policy;
{SWEEP_GRANTS}
-- reverse
{SWEEP_REVOKES}
drop function ntk.sweep_rows;
