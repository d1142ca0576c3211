-- Whether the actor's own rights show this assessment.
create or replace function ntk.sees_assessment(which uuid) returns boolean language plpgsql stable
set search_path = pg_catalog, public, pg_temp as $body$
begin return exists (select from triage_assessment where id = which); end
$body$;
-- reverse
drop function ntk.sees_assessment;
