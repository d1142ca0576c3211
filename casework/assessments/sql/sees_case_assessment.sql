-- Whether the actor sees that the assessment exists. Asked with the actor's own rights.
create or replace function ntk.sees_case_assessment(which uuid) returns boolean language plpgsql stable
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (select from assessments_caseassessment where id = which);
end
$body$;
-- reverse
drop function ntk.sees_case_assessment;
