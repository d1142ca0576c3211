-- Seals the looks and changes of roles that are not sealed yet: one event with a digest of each kind, so that the chain
-- of events covers them. Returns the event's id; null if there was nothing to seal. For the relay.
create or replace function ntk.seal() returns bigint language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    looks bigint[];
    roles bigint[];
    sealed bigint;
begin
    if ntk.service() is distinct from 'relay' then
        raise exception 'only the relay seals' using errcode = 'insufficient_privilege';
    end if;
    looks := array(select id from journal_look where seal_id is null for update skip locked);
    roles := array(select id from journal_rolechange where seal_id is null for update skip locked);
    if cardinality(looks) + cardinality(roles) = 0 then
        return null;
    end if;
    insert into journal_event (kind, at, actor_id, subject, data, tell, wake)
        select {SEALED}, now(), ntk.actor(), '00000000-0000-0000-0000-000000000000', jsonb_build_object(
            'looks', (select jsonb_build_array(count(*), ntk.digest_of(array_agg(ntk.look_hash(l) order by l.id)))
                from journal_look l where l.id = any(looks)),
            'roles', (select jsonb_build_array(count(*), ntk.digest_of(array_agg(r.digest order by r.id)))
                from journal_rolechange r where r.id = any(roles))), '{}', ''
        returning id into sealed;
    update journal_look set seal_id = sealed where id = any(looks);
    update journal_rolechange set seal_id = sealed where id = any(roles);
    return sealed;
end
$body$;
alter function ntk.seal owner to lotse_policy;
grant insert on journal_event to lotse_policy;
-- reverse
revoke insert on journal_event from lotse_policy;
drop function ntk.seal;
