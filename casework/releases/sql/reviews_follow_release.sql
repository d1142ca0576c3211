-- The planned reviews of a release move with its date, and are dropped when it is cancelled; a missed one stays as it
-- is.
create or replace function ntk.reviews_follow_release() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({CANCELLED}) then
        update reviews_review
            set state = {DROPPED_REVIEW}, ended_at = new.ended_at, ended_by_id = new.ended_by_id, version = version + 1
            where team_id = new.team_id and about = new.id and state in ({PLANNED_REVIEW});
    else
        update reviews_review
            set due_at = due_at + make_interval(days => new.release_date - old.release_date), version = version + 1
            where team_id = new.team_id and about = new.id and state in ({PLANNED_REVIEW});
    end if;
    return null;
end
$body$;
alter function ntk.reviews_follow_release owner to lotse_policy;
create or replace trigger reviews_follow_release after update on releases_prisonrelease
    for each row when (new.release_date <> old.release_date
        or new.state in ({CANCELLED}) and new.state is distinct from old.state)
    execute function ntk.reviews_follow_release();
-- reverse
drop trigger reviews_follow_release on releases_prisonrelease;
drop function ntk.reviews_follow_release;
