-- An opinion that is asked for is work of the body; at the centre of who is responsible. When everybody has answered,
-- the decision is work of the accountable body; agreed, it is the centre's to carry it out. A proposal to open the case
-- again is the centre's, too.
create or replace function ntk.list_at_centre(what text, about uuid, which uuid, due timestamptz, steps timestamptz[])
returns void language sql set search_path = pg_catalog, public, pg_temp as $body$
select ntk.list_work(what, about, '', 'F-' || c.number, c.centre_id, c.centre_id,
        case when c.responsible_organisation_id = c.centre_id then c.responsible_user_id else c.contact_person_id end,
        '', false, false, due, steps)
    from cases_case c where c.id = which
$body$;
create or replace function ntk.list_closing_decision(which uuid) returns void language plpgsql
set search_path = pg_catalog, public, pg_temp as $body$
declare
    closing closures_closure;
    named text;
    due timestamptz;
begin
    select * into closing from closures_closure where id = which;
    perform ntk.unlist_work('closing_decision', which);
    if closing.state not in ({OPEN})
        or exists (select from closures_opinion where closure_id = which and state in ({WAITING})) then return; end if;
    select 'F-' || number into named from teams_team where case_id = closing.team_id;
    due := ntk.later_weekday(closing.due_at, interval '2 days');
    if closing.accountable_id = closing.centre_id then
        perform ntk.list_approval('closing_decision', which, '', named, closing.centre_id, 'coordinator',
            array[closing.proposed_by_id], false, due);
    else
        perform ntk.list_work('closing_decision', which, '', named, closing.centre_id, m.organisation_id,
                case when m.person_id = closing.proposed_by_id then m.deputy_id else m.person_id end, '', false, false,
                due, '{}')
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
alter function ntk.list_at_centre owner to lotse_policy;
alter function ntk.list_closing_decision owner to lotse_policy;
alter function ntk.list_opinion owner to lotse_policy;
alter function ntk.list_closing owner to lotse_policy;
alter function ntk.list_reopening owner to lotse_policy;
create or replace trigger list_opinion after insert or update on closures_opinion
    for each row execute function ntk.list_opinion();
create or replace trigger list_closing after update on closures_closure
    for each row execute function ntk.list_closing();
create or replace trigger list_reopening after insert or update on closures_reopening
    for each row execute function ntk.list_reopening();
-- reverse
drop trigger list_reopening on closures_reopening;
drop trigger list_closing on closures_closure;
drop trigger list_opinion on closures_opinion;
drop function ntk.list_reopening;
drop function ntk.list_closing;
drop function ntk.list_opinion;
drop function ntk.list_closing_decision;
drop function ntk.list_at_centre;
