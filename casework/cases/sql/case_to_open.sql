-- Marks a completed assessment that leads to a case (opening.py) while its contact has none, so that nobody has to
-- search all assessments for it. Triggers keep the mark, so that no action can forget it.
create or replace function ntk.mark_case_to_open() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if tg_op = 'UPDATE' then delete from cases_casetoopen where assessment_id = new.id; end if;
    if new.state in ({IN_FORCE})
        and (new.disposition in ({OPENS_CASE}) or new.duties && '{{DUTIES_THAT_OPEN}}'::varchar[])
        and not exists (select from cases_casecontact where contact_id = new.contact_id) then
        insert into cases_casetoopen (contact_id, assessment_id, centre_id, completed_at)
            values (new.contact_id, new.id, new.centre_id, new.completed_at);
    end if;
    return null;
end
$body$;
create or replace function ntk.unmark_case_to_open() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    delete from cases_casetoopen where contact_id = new.contact_id;
    return null;
end
$body$;
alter function ntk.mark_case_to_open owner to lotse_policy;
alter function ntk.unmark_case_to_open owner to lotse_policy;
create or replace trigger mark_case_to_open after insert on triage_assessment
    for each row when (new.state in ({IN_FORCE})) execute function ntk.mark_case_to_open();
create or replace trigger mark_case_to_open_again after update on triage_assessment
    for each row when (new.state is distinct from old.state
        and (new.state in ({IN_FORCE}) or old.state in ({IN_FORCE})))
    execute function ntk.mark_case_to_open();
create or replace trigger unmark_case_to_open after insert on cases_casecontact
    for each row execute function ntk.unmark_case_to_open();
-- reverse
drop trigger unmark_case_to_open on cases_casecontact;
drop trigger mark_case_to_open_again on triage_assessment;
drop trigger mark_case_to_open on triage_assessment;
drop function ntk.unmark_case_to_open;
drop function ntk.mark_case_to_open;
