-- Whether consent still covers what is disclosed: asked by the centre, by the partner that accepts, and by the sweep.
-- A partner may read no assessment, and a handler not those of a colleague's contact; each learns these codes only. A
-- refusal or withdrawal binds as soon as it is noted, in a draft too; consent counts when its assessment is in force.
-- The age is asked of the triage and of the contact; the younger one counts.
create or replace function ntk.consent_of_case(which uuid)
returns table (caller text, person text, names_partner boolean, concerned text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
with said as (
    select a.answers as answers, a.state in ({IN_FORCE}) as in_force, a.contact_id = f.contact_id as is_disclosed,
        c.relation,
        coalesce(a.answers->>'age_band', '') in ('under_14', '14_17') or c.age_band in ('under_14', '14_17') as minor
    from cases_case k
    join triage_assessment f on f.id = k.assessment_id
    join triage_assessment a on a.state in ({TRIAGED}) and (a.contact_id = f.contact_id
        or a.contact_id in (select contact_id from cases_casecontact where case_id = k.id))
    join hotline_contact c on c.id = a.contact_id
    where k.id = which and (k.centre_id = any((select ntk.orgs_as('coordinator'))::bigint[])
        or ntk.works_on_case(k.id)
        or (select ntk.service()) = 'deadlines'
        or exists (select 1 from handoff_referral r where r.case_id = k.id
        and r.organisation_id = any((select ntk.orgs_as('partner_worker', 'partner_coordinator'))::bigint[])
        and r.state in ({SHOWS_SUMMARY}))))
select
    case when bool_or(is_disclosed and answers->>'consent_caller' = 'withdrawn') then 'withdrawn'
        when bool_or(is_disclosed and answers->>'consent_caller' = 'refused') then 'refused'
        when bool_or(is_disclosed and in_force and answers->>'consent_caller' = 'given') then 'given'
        else 'unknown' end,
    case when bool_or(answers->>'consent_person' = 'withdrawn') then 'withdrawn'
        when bool_or(answers->>'consent_person' = 'refused') then 'refused'
        when bool_or(in_force and answers->>'consent_person' = 'given') then 'given'
        else 'unknown' end,
    coalesce(bool_and(jsonb_array_length(coalesce(answers->'consent_recipients', '[]')) = 0
        or answers->'consent_recipients' ?| array['partner', 'unknown']) filter (where is_disclosed), true),
    case when bool_or(is_disclosed and minor) then 'minor' else 'adult' end
        || case when bool_or(is_disclosed and relation = 'self') then '_caller' else '' end
from said
$body$;
alter function ntk.consent_of_case owner to lotse_policy;
-- reverse
drop function ntk.consent_of_case;
