-- An exit report that was discussed waits for somebody who has not written it: it stands before the coordinators.
create or replace function ntk.list_exit_report() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if new.state in ({DISCUSSED}) then
        perform ntk.list_approval('exit_report', new.id, '',
            (select 'F-' || number from teams_team where case_id = new.team_id), new.centre_id, 'coordinator',
            array[new.written_by_id], false, ntk.later_weekday(now(), interval '1 day'));
    else
        perform ntk.unlist_work('exit_report', new.id);
    end if;
    return null;
end
$body$;
alter function ntk.list_exit_report owner to lotse_policy;
create or replace trigger list_exit_report after update on releases_exitreport
    for each row when (new.state is distinct from old.state) execute function ntk.list_exit_report();
-- reverse
drop trigger list_exit_report on releases_exitreport;
drop function ntk.list_exit_report;
