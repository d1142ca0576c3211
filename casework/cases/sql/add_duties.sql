-- The duties of a decided triage become actions, whatever decided it. Where its case is opened after it, in the same
-- transaction, they are added with the case. An open one of the same kind is kept, and becomes due earlier if need be.
-- One that the triage has no longer is dropped with it: a protected one only if a coordinator has confirmed the triage.
create or replace function ntk.add_duties(which uuid) returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
declare
    one triage_assessment;
    due record;
    person bigint;
    of_case uuid;
begin
    select * into one from triage_assessment where id = which;
    update cases_action set state = {DROPPED}, drop_reason = {BY_TRIAGE}, version = version + 1,
            drop_proposed_by_id = case when is_protected then one.completed_by_id end,
            ended_at = coalesce(one.confirmed_at, one.completed_at),
            ended_by_id = coalesce(one.confirmed_by_id, one.completed_by_id)
        where contact_id = one.contact_id and duty <> '' and duty <> all(one.duties) and state in ({OPEN_ACTION})
            and (not is_protected or one.confirmed_by_id is not null);
    if one.duties_due = '{}'::jsonb then return; end if;
    select c.id, case when c.responsible_organisation_id = c.centre_id then c.responsible_user_id
            else c.contact_person_id end
        into of_case, person
        from cases_casecontact l join cases_case c on c.id = l.case_id where l.contact_id = one.contact_id;
    if of_case is null then
        select handler_id into person from hotline_contact where id = one.contact_id;
    end if;
    for due in select key as duty, array(select jsonb_array_elements_text(value)::timestamptz) as at
            from jsonb_each(one.duties_due) loop
        update cases_action set due_at = due.at[1], steps_at = due.at, is_urgent = one.urgency = 'urgent',
                assessment_id = one.id, version = version + 1
            where contact_id = one.contact_id and duty = due.duty and state in ({OPEN_ACTION}) and due_at > due.at[1];
        insert into cases_action (id, case_id, contact_id, assessment_id, centre_id, data_key_id, duty, strand,
                is_protected, organisation_id, user_id, role, is_urgent, steps_at, due_at, added_at, added_by_id,
                version)
            select gen_random_uuid(), of_case, one.contact_id, one.id, one.centre_id, one.data_key_id, due.duty,
                case when due.duty in ({SECURITY_STRAND}) then 'security' else 'social' end,
                due.duty in ({PROTECTED_DUTIES}), one.centre_id,
                case when due.duty in ({FOR_COORDINATORS}) then null else person end,
                case when due.duty in ({FOR_COORDINATORS}) then 'coordinator' else '' end,
                one.urgency = 'urgent', due.at, due.at[1],
                coalesce(one.confirmed_at, one.completed_at), coalesce(one.confirmed_by_id, one.completed_by_id), 1
            where not exists (select from cases_action
                where contact_id = one.contact_id and duty = due.duty and state in ({OPEN_ACTION}));
    end loop;
end
$body$;
create or replace function ntk.place_duties() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if not exists (select from cases_casetoopen where assessment_id = new.id) then
        perform ntk.add_duties(new.id);
    end if;
    return null;
end
$body$;
create or replace function ntk.duties_of_linked() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update cases_action set case_id = new.case_id where contact_id = new.contact_id and case_id is null;
    perform ntk.add_duties(assessment_id) from cases_casetoopen where contact_id = new.contact_id;
    return null;
end
$body$;
-- Duties within the centre go with the responsibility for the case; while a partner has it, with the contact person.
create or replace function ntk.duties_follow() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    update cases_action set version = version + 1,
            user_id = case when new.responsible_organisation_id = new.centre_id then new.responsible_user_id
                else new.contact_person_id end
        where case_id = new.id and state in ({OPEN_ACTION}) and organisation_id = new.centre_id and role = ''
            and user_id is not distinct from old.responsible_user_id;
    return null;
end
$body$;
alter function ntk.add_duties owner to lotse_policy;
alter function ntk.place_duties owner to lotse_policy;
alter function ntk.duties_of_linked owner to lotse_policy;
alter function ntk.duties_follow owner to lotse_policy;
-- By name they run after mark_case_to_open and before unmark_case_to_open.
create or replace trigger place_duties after insert on triage_assessment
    for each row when (new.state in ({IN_FORCE})) execute function ntk.place_duties();
create or replace trigger place_duties_later after update on triage_assessment
    for each row when (new.state is distinct from old.state and new.state in ({IN_FORCE}))
    execute function ntk.place_duties();
create or replace trigger duties_of_linked after insert on cases_casecontact
    for each row execute function ntk.duties_of_linked();
create or replace trigger duties_follow after update on cases_case
    for each row when (new.responsible_user_id is distinct from old.responsible_user_id)
    execute function ntk.duties_follow();
-- reverse
drop trigger duties_follow on cases_case;
drop trigger duties_of_linked on cases_casecontact;
drop trigger place_duties_later on triage_assessment;
drop trigger place_duties on triage_assessment;
drop function ntk.duties_follow;
drop function ntk.duties_of_linked;
drop function ntk.place_duties;
drop function ntk.add_duties;
