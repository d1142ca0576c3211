-- Whether the case is monitored; asked also for people of other bodies, who do not read it.
create or replace function ntk.case_is_monitored(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (select from cases_case where id = which and state in ({MONITORED}));
end
$body$;
alter function ntk.case_is_monitored owner to lotse_policy;
-- reverse
drop function ntk.case_is_monitored;
