-- A completed counselling contact stands on the worklist until its triage is decided or somebody said that it needs
-- none: with its handler for two hours, then with the shift, after a day before the coordinators. A draft with a duty
-- of security or child protection: half an hour, an hour; it stands there whatever the contact was. ``since``: when
-- that begins, if it is not on the list yet.
create or replace function ntk.list_triage(which uuid, since timestamptz) returns void language plpgsql
set search_path = pg_catalog, public, pg_temp as $body$
declare
    contact record;
    draft record;
    listed record;
    urgent boolean;
    due timestamptz;
    steps timestamptz[];
begin
    select state, kind, number, centre_id, handler_id, surfaced_at into contact from hotline_contact where id = which;
    select draft_duties <> '{}' as is_urgent into draft
        from triage_assessment where contact_id = which and state in ({BEING_FILLED_IN});
    if contact.state is null or contact.state not in ({FINISHED})
        or contact.kind <> '{COUNSELLING}' and draft.is_urgent is not true
        or exists (select from triage_assessment where contact_id = which and state in ({WAITING}, {IN_FORCE}))
    then
        perform ntk.unlist_work('triage', which);
        return;
    end if;
    if draft.is_urgent is null and exists (select from triage_waiver where contact_id = which) then
        perform ntk.unlist_work('triage', which);
        return;
    end if;
    urgent := coalesce(draft.is_urgent, false);
    select due_at, steps_at, is_urgent into listed from worklist_workitem where kind = 'triage' and subject = which;
    due := listed.due_at;
    steps := listed.steps_at;
    if due is null or urgent and not listed.is_urgent then
        since := case when due is null then since else now() end;
        due := since + case when urgent then interval '30 minutes' else interval '2 hours' end;
        steps := array[due, case when urgent then since + interval '1 hour'
            else greatest(ntk.later_weekday(since, interval '1 day'), due) end];
    end if;
    perform ntk.list_work('triage', which, case when draft.is_urgent is null then 'none' else 'draft' end,
        'C-' || contact.number, contact.centre_id, contact.centre_id,
        case when contact.surfaced_at is null then contact.handler_id end, '', urgent or listed.is_urgent is true,
        false, due, steps);
end
$body$;
alter function ntk.list_triage owner to lotse_policy;
create or replace function ntk.list_triage_of_contact() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.list_triage(new.id, new.completed_at);
    return null;
end
$body$;
alter function ntk.list_triage_of_contact owner to lotse_policy;
create or replace function ntk.list_triage_again() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.list_triage(new.contact_id, now());
    return null;
end
$body$;
alter function ntk.list_triage_again owner to lotse_policy;
create or replace trigger list_triage_of_new after insert on hotline_contact
    for each row when (new.state in ({FINISHED})) execute function ntk.list_triage_of_contact();
create or replace trigger list_triage after update on hotline_contact
    for each row when (new.state in ({FINISHED}) and (old.state, old.kind, old.handler_id, old.surfaced_at)
        is distinct from (new.state, new.kind, new.handler_id, new.surfaced_at))
    execute function ntk.list_triage_of_contact();
create or replace trigger list_triage_of_new after insert on triage_assessment
    for each row execute function ntk.list_triage_again();
create or replace trigger list_triage after update on triage_assessment
    for each row when ((old.state, old.draft_duties) is distinct from (new.state, new.draft_duties))
    execute function ntk.list_triage_again();
create or replace trigger list_triage after insert on triage_waiver
    for each row execute function ntk.list_triage_again();
-- reverse
drop trigger list_triage on triage_waiver;
drop trigger list_triage on triage_assessment;
drop trigger list_triage_of_new on triage_assessment;
drop trigger list_triage on hotline_contact;
drop trigger list_triage_of_new on hotline_contact;
drop function ntk.list_triage_again;
drop function ntk.list_triage_of_contact;
drop function ntk.list_triage;
