-- A hold begins before an erasure, which then finds it, or finds nothing to hold any more: both lock the data key.
create or replace function ntk.hold_waits() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    about uuid := new.subject;
begin
    perform from privacy_datakey where wrapped is not null and id in (
        {SEEDS}
    ) for key share;
    if not found then
        raise exception 'there is no such dossier' using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$body$;
alter function ntk.hold_waits owner to lotse_policy;
create or replace trigger hold_waits before insert on retention_hold for each row execute function ntk.hold_waits();
-- reverse
drop trigger hold_waits on retention_hold;
drop function ntk.hold_waits;
