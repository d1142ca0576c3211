-- Whether a handler may hear the voicemail of a call: as long as the call has not ended, if nobody had claimed it, if
-- the actor had, or if the actor has claimed the callback that the voicemail led to. Handlers cannot read ended calls
-- that nobody claimed, so the owner of the policies looks.
create or replace function ntk.hears_voicemail(call uuid, callback uuid) returns boolean
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select exists (
        select from switchboard_call
        where id = call and (ended_at is null or claimed_by_id is null or claimed_by_id = (select ntk.actor())))
    or exists (select from hotline_callback where id = callback and claimed_by_id = (select ntk.actor()))
$body$;
alter function ntk.hears_voicemail owner to lotse_policy;
-- reverse
drop function ntk.hears_voicemail;
