-- A current release is work of who answers for it.
create or replace function ntk.list_prison_release() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({CURRENT}) then
        perform ntk.list_work('prison_release', new.id, '',
            (select 'F-' || number from teams_team where case_id = new.team_id), new.centre_id, new.organisation_id,
            new.user_id, '', false, new.escalated_at is not null, new.due_at, new.steps_at);
    else
        perform ntk.unlist_work('prison_release', new.id);
    end if;
    return null;
end
$body$;
alter function ntk.list_prison_release owner to lotse_policy;
create or replace trigger list_prison_release after insert or update on releases_prisonrelease
    for each row execute function ntk.list_prison_release();
-- reverse
drop trigger list_prison_release on releases_prisonrelease;
drop function ntk.list_prison_release;
