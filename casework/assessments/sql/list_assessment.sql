-- An open assessment is work of its author: reminded when it is due, and a working day later put before coordinators.
create or replace function ntk.list_assessment() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({OPEN}) then
        perform ntk.list_work('assessment', new.id, '',
            (select 'F-' || number from teams_team where case_id = new.team_id), new.centre_id, new.organisation_id,
            new.author_id, '', false, new.escalated_at is not null, new.due_at,
            array[new.due_at, ntk.later_weekday(new.due_at, interval '1 day')]);
    else
        perform ntk.unlist_work('assessment', new.id);
    end if;
    return null;
end
$body$;
alter function ntk.list_assessment owner to lotse_policy;
create or replace trigger list_assessment after insert or update on assessments_caseassessment
    for each row execute function ntk.list_assessment();
-- reverse
drop trigger list_assessment on assessments_caseassessment;
drop function ntk.list_assessment;
