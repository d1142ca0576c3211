-- The work on a case ends only as the bodies of its team have agreed. A case that is opened again answers the proposal
-- to do so.
create or replace function ntk.closing_is_agreed() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if exists (select from teams_member where team_id = new.id and state in ({IN_TEAM}))
        and not exists (select from closures_closure where team_id = new.id and state in ({AGREED}))
    then
        raise exception 'other bodies work on the case, and its closing is not agreed'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$body$;
create or replace function ntk.answer_reopening() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update closures_reopening
        set state = {REOPENED}, decided_at = now(), decided_by_id = ntk.actor(), version = version + 1
        where team_id = new.id and state in ({PROPOSED});
    return null;
end
$body$;
alter function ntk.closing_is_agreed owner to lotse_policy;
alter function ntk.answer_reopening owner to lotse_policy;
create or replace trigger closing_is_agreed before update of state on cases_case
    for each row when ({BY_APPLICATION} and old.state in ({OPEN_CASE}) and new.state not in ({OPEN_CASE}))
    execute function ntk.closing_is_agreed();
create or replace trigger answer_reopening after update of state on cases_case
    for each row when (old.state not in ({OPEN_CASE}) and new.state in ({OPEN_CASE}))
    execute function ntk.answer_reopening();
-- reverse
drop trigger answer_reopening on cases_case;
drop trigger closing_is_agreed on cases_case;
drop function ntk.answer_reopening;
drop function ntk.closing_is_agreed;
