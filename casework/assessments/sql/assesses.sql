-- Whether the actor is the author of one of the case's assessments, and still works at the centre, or for that body on
-- the case. A function, as the policy of a table cannot ask the table itself.
create or replace function ntk.assesses(which uuid) returns boolean language plpgsql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
begin
    return exists (select from assessments_caseassessment where team_id = which and {AUTHOR});
end
$body$;
alter function ntk.assesses owner to lotse_policy;
-- reverse
drop function ntk.assesses;
