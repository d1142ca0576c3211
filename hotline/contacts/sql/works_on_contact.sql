-- Whether the actor, a handler of the centre, may see the contact as a worker: own, nobody's, or surfaced to the
-- shift.
create or replace function ntk.works_on_contact(which uuid) returns boolean language plpgsql stable
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (
        select from hotline_contact
        where id = which and (handler_id = (select ntk.actor()) or handler_id is null or surfaced_at is not null));
end
$body$;
-- reverse
drop function ntk.works_on_contact;
