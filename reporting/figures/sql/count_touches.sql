-- Whatever counts differently when one of these subjects changes.
create or replace function ntk.count_touches(subjects uuid[]) returns setof uuid language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
with kase as (
    select id from cases_case where id = any(subjects)
    union select case_id from cases_casecontact where contact_id = any(subjects)
    union select case_id from handoff_referral where id = any(subjects)
), contact as (
    select contact_id as id from triage_assessment where id = any(subjects)
    union select contact_id from cases_casecontact where case_id in (select id from kase)
), worked as (
    select id from kase
    union select team_id from plans_plan where id = any(subjects)
    union select team_id from reviews_review where id = any(subjects)
    union select team_id from closures_closure where id = any(subjects)
)
select one from unnest(subjects) one where (select ntk.service()) = 'statistics'
union select id from contact
union select id from kase
-- Triggers plan, move and drop reviews and actions of a case; how a monitoring ended is in its case.
union select id from reviews_review where team_id in (select id from worked)
union select id from plans_goaloutcome where team_id in (select id from worked)
union select id from closures_closure where team_id in (select id from worked)
union select id from cases_action where case_id in (select id from worked)
-- Triggers add and drop the duties of a triage: its event tells of them. Of a case, its first action counts.
union select id from cases_action where contact_id in (select id from contact)
union select case_id from cases_action where id = any(subjects) and case_id is not null
$body$;
alter function ntk.count_touches owner to lotse_policy;
-- reverse
drop function ntk.count_touches;
