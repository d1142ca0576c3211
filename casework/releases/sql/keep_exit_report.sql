-- The parts of an exit report change in the draft alone, in the name of who changes them.
create or replace function ntk.keep_exit_report() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $body$
begin
    if old.state not in ({DRAFTS}) or new.state not in ({DRAFTS}) or new.written_by_id <> (select ntk.actor()) then
        raise exception 'an exit report is changed while it is a draft, in the own name'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$body$;
create or replace trigger keep_exit_report before update on releases_exitreport
    for each row when ({BY_APPLICATION} and (new.residual_risks, new.strategies, new.risk_of_return,
            new.self_assessment, new.behaviours, new.help, new.written_by_id, new.written_at)
        is distinct from (old.residual_risks, old.strategies, old.risk_of_return,
            old.self_assessment, old.behaviours, old.help, old.written_by_id, old.written_at))
    execute function ntk.keep_exit_report();
-- reverse
drop trigger keep_exit_report on releases_exitreport;
drop function ntk.keep_exit_report;
