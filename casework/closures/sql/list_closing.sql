-- An opinion that is asked for is work of the body; at the centre of who is responsible. When everybody has answered,
-- the decision is work of the accountable body; agreed, it is the centre's to carry it out. A proposal to open the case
-- again is the centre's, too. What is the centre's goes with the responsibility for the case. A decision that a body
-- does not take is put before the coordinators.
create or replace function ntk.list_at_centre(what text, about uuid, which uuid, due timestamptz, steps timestamptz[])
returns void language sql set search_path = pg_catalog, public, pg_temp as $body$
select ntk.list_work(what, about, '', 'F-' || c.number, c.centre_id, c.centre_id, ntk.person_at_centre(c), '', false,
        false, due, steps)
    from cases_case c where c.id = which
$body$;
create or replace function ntk.list_closing_decision(which uuid) returns void language plpgsql
set search_path = pg_catalog, public, pg_temp as $body$
declare
    closing closures_closure;
    named text;
    due timestamptz;
    by_centre boolean;
begin
    select * into closing from closures_closure where id = which;
    if closing.state not in ({OPEN})
        or exists (select from closures_opinion where closure_id = which and state in ({WAITING}))
    then
        perform ntk.unlist_work('closing_decision', which);
        return;
    end if;
    by_centre := closing.accountable_id = closing.centre_id;
    delete from worklist_workitem where kind = 'closing_decision' and subject = which
        and (organisation_id <> closing.accountable_id or (role = 'coordinator') <> by_centre);
    select 'F-' || number into named from teams_team where case_id = closing.team_id;
    select ntk.later_weekday(max(due_at), interval '2 days') into due from closures_opinion
        where closure_id = which and state not in ({NO_LONGER_ASKED});
    if by_centre then
        perform ntk.list_approval('closing_decision', which, '', named, closing.centre_id, 'coordinator',
            array[closing.proposed_by_id], false, due);
    else
        perform ntk.list_work('closing_decision', which, '', named, closing.centre_id, m.organisation_id,
                case when m.person_id = closing.proposed_by_id then m.deputy_id else m.person_id end, '', false, false,
                due, array[due])
            from teams_member m where m.team_id = closing.team_id and m.organisation_id = closing.accountable_id
                and m.state in ({IN_TEAM});
    end if;
end
$body$;
create or replace function ntk.list_opinion() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state not in ({WAITING}) then
        perform ntk.unlist_work('closing_opinion', new.id);
    elsif new.organisation_id = new.centre_id then
        perform ntk.list_at_centre('closing_opinion', new.id, new.team_id, new.due_at, array[new.due_at]);
    else
        perform ntk.list_work('closing_opinion', new.id, '',
            (select 'F-' || number from teams_team where case_id = new.team_id), new.centre_id, new.organisation_id,
            new.user_id, '', false, false, new.due_at, array[new.due_at]);
    end if;
    perform ntk.list_closing_decision(new.closure_id);
    return null;
end
$body$;
create or replace function ntk.list_closing() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.list_closing_decision(new.id);
    if new.state in ({AGREED}) then
        perform ntk.list_at_centre('closing', new.id, new.team_id,
            ntk.later_weekday(new.decided_at, interval '5 days'), '{}');
    else
        perform ntk.unlist_work('closing', new.id);
    end if;
    return null;
end
$body$;
create or replace function ntk.list_reopening() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({PROPOSED}) then
        perform ntk.list_at_centre('reopening', new.id, new.team_id, new.due_at, '{}');
    else
        perform ntk.unlist_work('reopening', new.id);
    end if;
    return null;
end
$body$;
create or replace function ntk.closing_follows() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update worklist_workitem set user_id = ntk.person_at_centre(new)
        where organisation_id = new.centre_id and role = '' and (
            kind = 'closing_opinion' and subject in (select id from closures_opinion where team_id = new.id)
            or kind in ('closing', 'monitoring_over')
                and subject in (select id from closures_closure where team_id = new.id)
            or kind = 'reopening' and subject in (select id from closures_reopening where team_id = new.id));
    return null;
end
$body$;
alter function ntk.list_at_centre owner to lotse_policy;
alter function ntk.list_closing_decision owner to lotse_policy;
alter function ntk.list_opinion owner to lotse_policy;
alter function ntk.list_closing owner to lotse_policy;
alter function ntk.list_reopening owner to lotse_policy;
alter function ntk.closing_follows owner to lotse_policy;
create or replace trigger list_opinion after insert or update on closures_opinion
    for each row execute function ntk.list_opinion();
create or replace trigger list_closing after update on closures_closure
    for each row execute function ntk.list_closing();
create or replace trigger list_reopening after insert or update on closures_reopening
    for each row execute function ntk.list_reopening();
create or replace trigger closing_follows after update on cases_case
    for each row when (ntk.person_at_centre(new) is distinct from ntk.person_at_centre(old))
    execute function ntk.closing_follows();
-- reverse
drop trigger closing_follows on cases_case;
drop trigger list_reopening on closures_reopening;
drop trigger list_closing on closures_closure;
drop trigger list_opinion on closures_opinion;
drop function ntk.closing_follows;
drop function ntk.list_reopening;
drop function ntk.list_closing;
drop function ntk.list_opinion;
drop function ntk.list_closing_decision;
drop function ntk.list_at_centre;
