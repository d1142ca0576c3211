-- What is settled or cancelled says what it said; responsible is the centre, or a body in the team with its named
-- person.
create or replace function ntk.keep_prison_release() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $body$
begin
    raise exception 'a release that is over is not changed' using errcode = 'insufficient_privilege';
end
$body$;
create or replace function ntk.fits_prison_release() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if {FITS} then return new; end if;
    raise exception 'the body is not in the team, or has named somebody else' using errcode = 'insufficient_privilege';
end
$body$;
create or replace trigger fits_prison_release before update on releases_prisonrelease
    for each row when ({BY_APPLICATION}
        and (new.organisation_id, new.user_id) is distinct from (old.organisation_id, old.user_id))
    execute function ntk.fits_prison_release();
create or replace trigger keep_prison_release before update on releases_prisonrelease
    for each row when ({BY_APPLICATION} and old.state in ({ENDED})
        and (new.release_date, new.organisation_id, new.user_id, new.establishment, new.treatment_now,
            new.treatment_after, new.conditions, new.move_reason)
        is distinct from (old.release_date, old.organisation_id, old.user_id, old.establishment, old.treatment_now,
            old.treatment_after, old.conditions, old.move_reason))
    execute function ntk.keep_prison_release();
-- reverse
drop trigger keep_prison_release on releases_prisonrelease;
drop trigger fits_prison_release on releases_prisonrelease;
drop function ntk.fits_prison_release;
drop function ntk.keep_prison_release;
