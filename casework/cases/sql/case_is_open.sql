-- Whether somebody works on the case; asked also for people of other bodies, who do not read it.
create or replace function ntk.case_is_open(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (select from cases_case where id = which and state in ({OPEN}));
end
$body$;
alter function ntk.case_is_open owner to lotse_policy;
-- reverse
drop function ntk.case_is_open;
