-- When no review of the monitoring is left, closing the case is work of who is responsible at the centre; until then,
-- and when the case is not monitored any more, it is not.
create or replace function ntk.list_monitoring_over() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    -- Two of them may end at the same moment: the second one sees the first.
    perform from closures_closure where id = new.about for no key update;
    if exists (select from reviews_review where about = new.about and state in ({OPEN_REVIEW}))
        or not ntk.case_is_monitored(new.team_id)
    then
        perform ntk.unlist_work('monitoring_over', new.about);
    else
        perform ntk.list_at_centre('monitoring_over', new.about, new.team_id,
            ntk.later_weekday(now(), interval '5 days'), '{}');
    end if;
    return null;
end
$body$;
create or replace function ntk.unlist_monitoring_over() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    perform ntk.unlist_work('monitoring_over', id) from closures_closure where team_id = new.id;
    return null;
end
$body$;
alter function ntk.list_monitoring_over owner to lotse_policy;
alter function ntk.unlist_monitoring_over owner to lotse_policy;
create or replace trigger list_monitoring_over after insert or update on reviews_review
    for each row when (new.kind in ({MONITORING}) and new.about is not null)
    execute function ntk.list_monitoring_over();
create or replace trigger unlist_monitoring_over after update of state on cases_case
    for each row when (old.state in ({MONITORED}) and new.state not in ({MONITORED}))
    execute function ntk.unlist_monitoring_over();
-- reverse
drop trigger unlist_monitoring_over on cases_case;
drop trigger list_monitoring_over on reviews_review;
drop function ntk.unlist_monitoring_over;
drop function ntk.list_monitoring_over;
