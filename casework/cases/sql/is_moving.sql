-- While responsibility moves, one row has ended and the next is not there yet. That lasts for an instant of a
-- transaction.
create or replace function ntk.is_moving(moving uuid) returns boolean language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
select exists (select 1 from cases_case c where c.id = moving and c.centre_id = any(ntk.orgs_as('handler')))
    and not exists (select 1 from cases_responsibility r where r.case_id = moving and r.until is null)
$body$;
alter function ntk.is_moving owner to lotse_policy;
-- reverse
drop function ntk.is_moving;
