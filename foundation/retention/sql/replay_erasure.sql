-- Decides again an erasure that had been carried out before an older backup was restored. Returns the erasure to carry
-- out; null if the backup has it as done. For the service retention.
create or replace function ntk.replay_erasure(which uuid, place bigint, about uuid, known uuid[]) returns uuid
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    waiting uuid;
begin
    if ntk.service() is distinct from 'retention' then
        raise exception 'only the service retention erases' using errcode = 'insufficient_privilege';
    end if;
    if exists (select from retention_erasure where id = which and done_at is not null) then
        return null;
    end if;
    update retention_erasure set keys = known, reason = 'restored'
        where subject = about and done_at is null and withdrawn_at is null returning id into waiting;
    if waiting is null then
        insert into retention_erasure (id, centre_id, subject, reason, decided_at, decided_by_id, keys)
            values (which, place, about, 'restored', now(), ntk.actor(), known) returning id into waiting;
    end if;
    return waiting;
end
$body$;
alter function ntk.replay_erasure owner to lotse_policy;
-- reverse
drop function ntk.replay_erasure;
