-- Dossiers that are due until the moment and not announced yet, at most so many. For the service retention.
create or replace function ntk.due_dossiers(moment timestamptz, periods jsonb, most integer)
returns table (subject uuid, centre bigint, due timestamptz) language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    one record;
    keys uuid[];
    seen uuid[] := array(select unnest(ntk.dossier_keys(e.subject, e.keys))
        from retention_erasure e where e.done_at is null and e.withdrawn_at is null);
    found integer := 0;
begin
    if ntk.service() is distinct from 'retention' then
        raise exception 'only the service retention asks what is due' using errcode = 'insufficient_privilege';
    end if;
    for one in
        with member as (
        {MEMBERS})
        select m.id, m.centre_id, m.data_key_id from member m where m.since + (periods ->> m.kind)::interval <= moment
        order by m.since
    loop
        continue when one.data_key_id = any(seen);
        keys := ntk.dossier_keys(one.id, '{}');
        seen := seen || keys;
        due := ntk.dossier_due(keys, periods);
        continue when due is null or due > moment;
        subject := one.id;
        centre := one.centre_id;
        return next;
        found := found + 1;
        exit when found >= most;
    end loop;
end
$body$;
alter function ntk.due_dossiers owner to lotse_policy;
-- reverse
drop function ntk.due_dossiers;
