-- A step whose due time moves takes its action along, and the action of a release that is cancelled is dropped; what is
-- done stays as it is.
create or replace function ntk.follow_release_step() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update cases_action set due_at = new.due_at, steps_at = new.steps_at, escalated_at = null, version = version + 1
        where id = new.id and state in ({OPEN_ACTION}) and due_at <> new.due_at;
    return null;
end
$body$;
create or replace function ntk.follow_cancelled_release() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update cases_action
        set state = {DROPPED}, drop_reason = {BY_RELEASE}, ended_at = new.ended_at, ended_by_id = new.ended_by_id,
            version = version + 1
        where id in (select id from releases_releasestep where release_id = new.id) and state in ({OPEN_ACTION});
    return null;
end
$body$;
alter function ntk.follow_release_step owner to lotse_policy;
alter function ntk.follow_cancelled_release owner to lotse_policy;
create or replace trigger follow_release_step after update on releases_releasestep
    for each row when (new.due_at is distinct from old.due_at) execute function ntk.follow_release_step();
create or replace trigger follow_cancelled_release after update on releases_prisonrelease
    for each row when (new.state in ({CANCELLED}) and new.state is distinct from old.state)
    execute function ntk.follow_cancelled_release();
-- reverse
drop trigger follow_cancelled_release on releases_prisonrelease;
drop trigger follow_release_step on releases_releasestep;
drop function ntk.follow_cancelled_release;
drop function ntk.follow_release_step;
