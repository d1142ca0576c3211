-- Carries out one decided erasure: deletes all rows of the dossier, empties its data keys and the payloads of the
-- events about it, and leaves one event. The only way to empty a data key. Twice does nothing the second time.
-- "moment" is now; only the service can say another one. Returns what became of it: "erased"; "held" by a hold; "busy"
-- if a call runs or figures are not counted yet, so that a later run does it; "none" if no such erasure is due.
-- Whoever writes in the dossier locks its case, call or contact first, and refers to its data key. Transitions are not
-- asked: their triggers are for the application's own logins.
create or replace function ntk.carry_out_erasure(which uuid, moment timestamptz) returns text
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
<<erasing>>
declare
    erasure retention_erasure;
    keys uuid[];
    subjects uuid[];
    links bigint[];
    digest jsonb;
    erased bigint;
begin
    if ntk.service() is distinct from 'retention' then
        raise exception 'only the service retention erases' using errcode = 'insufficient_privilege';
    end if;
    select * into erasure from retention_erasure
        where id = which and done_at is null and withdrawn_at is null and coalesce(not_before <= moment, true)
        for update;
    if not found then
        return 'none';
    end if;
    keys := ntk.dossier_keys(erasure.subject, erasure.keys);
{LOCK_NAMED}
    perform from privacy_datakey where id = any(keys) order by id for update;
    if not ntk.dossier_keys(erasure.subject, erasure.keys) <@ keys then
        return 'busy'; -- something was tied to it meanwhile
    end if;
{LOCK}
    subjects := array(
        {SUBJECTS}
        union select erasure.subject);
    if erasure.reason <> 'restored' and exists (
        select from retention_hold where subject = any(subjects) and ended_at is null) then
        return 'held'; -- but what had been erased before a restore is erased again
    end if;
    if {BUSY} then
        return 'busy';
    end if;
{DELETE}
{AFTERWARDS}
    update privacy_datakey set wrapped = null, erased_at = now() where id = any(keys) and wrapped is not null;
    links := array(select l.position from journal_event e join journal_link l on l.event_id = e.id
        where (e.subject = any(subjects) or e."case" = any(subjects)) and l.erased_by_id is null and e.data <> '{}');
    select jsonb_build_array(count(*), ntk.digest_of(array_agg(hash order by position))) into digest
        from journal_link where position = any(links);
    insert into journal_event (kind, at, actor_id, centre_id, subject, data, tell, wake) values (
        {ERASED}, now(), ntk.actor(), erasure.centre_id, which, jsonb_build_object('events', digest), '{}', '')
        returning id into erased;
    update journal_event set data = '{}' where id in (select event_id from journal_link where position = any(links));
    update journal_link set erased_by_id = erased where position = any(links);
    update retention_erasure set done_at = now(), keys = erasing.keys where id = which;
    return 'erased';
end
$body$;
alter function ntk.carry_out_erasure owner to lotse_policy;
{GRANTS}
-- reverse
{REVOKES}
drop function ntk.carry_out_erasure;
