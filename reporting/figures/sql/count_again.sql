-- Brings the ledger and the cells up to what ids count as now. One statement, so that both change or neither.
create or replace function ntk.count_again(ids uuid[]) returns bigint language plpgsql as $body$
declare
    latest ntk.count_row[];
    changed bigint;
begin
    select array_agg((n.subject, n.centre, n.measure, n.month, n.key)::ntk.count_row) into latest
        from ntk.counted(ids) n;
    insert into reporting_cell (centre_id, measure, month, key, number)
        select distinct n.centre, n.measure, n.month, n.key, 0 from unnest(latest) n on conflict do nothing;
    with now as (
        select n.subject, array_agg(c.id order by c.id) as cells
        from unnest(latest) n
        join reporting_cell c on (c.centre_id, c.measure, c.month, c.key) = (n.centre, n.measure, n.month, n.key)
        group by n.subject
    ), earlier as (
        select subject, cells from reporting_counted where subject = any(ids) and not is_detached
    ), change as (
        select cell, sum(step) as step
        from (select unnest(cells) as cell, 1 as step from now union all select unnest(cells), -1 from earlier) every
        group by cell having sum(step) <> 0
    ), gone as (
        delete from reporting_counted where subject in (select subject from earlier except select subject from now)
    ), kept as (
        insert into reporting_counted (subject, cells, is_detached) select subject, cells, false from now
        on conflict (subject) do update set cells = excluded.cells where reporting_counted.cells <> excluded.cells
    ), applied as (
        update reporting_cell c set number = c.number + change.step from change where c.id = change.cell returning 1
    )
    select count(*) into changed from applied;
    return changed;
end
$body$;
-- reverse
drop function ntk.count_again;
