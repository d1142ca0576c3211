-- Whether the data key encrypts the content of an assessment that the actor may read. Authors at the centre who do
-- not read the case also read why they were asked, under the team's key.
create or replace function ntk.reads_assessment_key(which uuid) returns boolean language plpgsql stable
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (select from assessments_assessmentcontent where data_key_id = which)
        or exists (select from assessments_caseassessment where data_key_id = which and ntk.assesses(team_id));
end
$body$;
-- reverse
drop function ntk.reads_assessment_key;
