-- Who is asked about a closing, and who decides: the bodies of the team, and the centre. A body that joins is asked
-- too, one that leaves no longer. Joining and proposing wait for each other, so that nobody is forgotten.
create or replace function ntk.accountable_body(which uuid, proposer bigint) returns bigint language plpgsql stable
security definer set search_path = pg_catalog, public, pg_temp as $body$
begin
    return coalesce(
        (select organisation_id from teams_member
            where team_id = which and state in ({IN_TEAM}) and hats @> array[{RISK}]::varchar[]
                and (person_id <> proposer or deputy_id <> proposer)
            order by answered_at, id limit 1),
        (select centre_id from teams_team where case_id = which));
end
$body$;
create or replace function ntk.lock_asking(which uuid) returns void language sql
set search_path = pg_catalog, public, pg_temp as $body$
select pg_advisory_xact_lock(hashtext('closures'), hashtext(which::text))
$body$;
create or replace function ntk.ask_opinion(closing closures_closure, body bigint, person bigint, since timestamptz,
    until timestamptz) returns void language sql set search_path = pg_catalog, public, pg_temp as $body$
insert into closures_opinion (id, closure_id, team_id, centre_id, data_key_id, organisation_id, user_id, state,
        asked_at, due_at, answered_at, answered_by_id, version)
    select gen_random_uuid(), closing.id, closing.team_id, closing.centre_id, closing.data_key_id, body, person,
        case when is_own then {FOR} else {WAITING} end, since, until,
        case when is_own then closing.proposed_at end, case when is_own then closing.proposed_by_id end, 1
    from (select body = closing.organisation_id as is_own) own
$body$;
create or replace function ntk.place_closure() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.lock_asking(new.team_id);
    new.accountable_id := ntk.accountable_body(new.team_id, new.proposed_by_id);
    return new;
end
$body$;
create or replace function ntk.ask_opinions() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.ask_opinion(new, new.centre_id, null, new.proposed_at, new.due_at);
    perform ntk.ask_opinion(new, m.organisation_id, m.person_id, new.proposed_at, new.due_at)
        from teams_member m where m.team_id = new.team_id and m.state in ({IN_TEAM});
    return null;
end
$body$;
create or replace function ntk.closure_and_members() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    closing closures_closure;
begin
    perform ntk.lock_asking(new.team_id);
    select * into closing from closures_closure where team_id = new.team_id and state in ({OPEN}) for no key update;
    if closing.id is null then return null; end if;
    if new.state not in ({IN_TEAM}) then
        update closures_opinion set state = {NO_LONGER_ASKED}, version = version + 1
            where closure_id = closing.id and organisation_id = new.organisation_id and state in ({WAITING});
    elsif old.state in ({IN_TEAM}) then
        update closures_opinion set user_id = new.person_id, version = version + 1
            where closure_id = closing.id and organisation_id = new.organisation_id and state in ({TO_ANSWER});
    elsif not exists (select from closures_opinion where closure_id = closing.id
            and organisation_id = new.organisation_id and state not in ({NO_LONGER_ASKED})) then
        perform ntk.ask_opinion(closing, new.organisation_id, new.person_id, now(),
            greatest(closing.due_at, ntk.later_weekday(now(), interval '5 days')));
    end if;
    update closures_closure
        set accountable_id = ntk.accountable_body(team_id, proposed_by_id), version = version + 1
        where id = closing.id and accountable_id <> ntk.accountable_body(team_id, proposed_by_id);
    perform ntk.list_closing_decision(closing.id);  -- whose decision it is may have changed
    return null;
end
$body$;
create or replace function ntk.end_opinions() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update closures_opinion
        set state = case when new.state in ({DECIDED}) then {SILENT} else {NO_LONGER_ASKED} end, version = version + 1
        where closure_id = new.id and state in ({WAITING});
    return null;
end
$body$;
alter function ntk.accountable_body owner to lotse_policy;
alter function ntk.lock_asking owner to lotse_policy;
alter function ntk.ask_opinion owner to lotse_policy;
alter function ntk.place_closure owner to lotse_policy;
alter function ntk.ask_opinions owner to lotse_policy;
alter function ntk.closure_and_members owner to lotse_policy;
alter function ntk.end_opinions owner to lotse_policy;
create or replace trigger place_closure before insert on closures_closure
    for each row execute function ntk.place_closure();
create or replace trigger ask_opinions after insert on closures_closure
    for each row execute function ntk.ask_opinions();
create or replace trigger closure_and_members after update on teams_member
    for each row when ((old.state in ({IN_TEAM}) or new.state in ({IN_TEAM}))
        and (new.state, new.person_id, new.deputy_id) is distinct from (old.state, old.person_id, old.deputy_id))
    execute function ntk.closure_and_members();
create or replace trigger end_opinions after update on closures_closure
    for each row when (old.state in ({OPEN}) and new.state not in ({OPEN})) execute function ntk.end_opinions();
-- reverse
drop trigger end_opinions on closures_closure;
drop trigger closure_and_members on teams_member;
drop trigger ask_opinions on closures_closure;
drop trigger place_closure on closures_closure;
drop function ntk.end_opinions;
drop function ntk.closure_and_members;
drop function ntk.ask_opinions;
drop function ntk.place_closure;
drop function ntk.ask_opinion;
drop function ntk.lock_asking;
drop function ntk.accountable_body;
