-- What counts as what: codes and months only, so that who counts never sees a person. ids: contacts, cases and referrals,
-- mixed. Months are the centre's. Terms: reporting/figures/measures.py.
create or replace function ntk.counted(ids uuid[]) returns table (subject uuid, centre bigint, measure text, month date, key text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp as $body$
with contact as (
    select c.id, c.centre_id, c.kind, c.caller_type_id, coalesce(t.parent_id, t.code) as caller_group, c.channel,
        c.phenomenon, c.age_band, c.sex, coalesce(nullif(c.language, ''), 'unknown') as language,
        ntk.counted_region(c.region_id, o.country) as region,
        coalesce(a.disposition, 'none') as disposition,
        coalesce(a.disposition = 'security' or 'security_information' = any(a.duties), false) as is_security,
        date_trunc('month', c.started_at at time zone o.time_zone)::date as month,
        exists (select from cases_casecontact own
            join cases_casecontact other on other.case_id = own.case_id
            join hotline_contact e on e.id = other.contact_id
            where own.contact_id = c.id and e.kind = 'counselling' and e.state = 'completed'
                and (e.started_at, e.id) < (c.started_at, c.id)) as is_repeat
    from hotline_contact c
    join accounts_organisation o on o.id = c.centre_id
    join hotline_callertype t on t.code = c.caller_type_id
    left join triage_assessment a on a.contact_id = c.id and a.state = 'completed'
    where c.id = any(ids) and c.state = 'completed'
), referral as (
    select r.*, date_trunc('month', r.offered_at at time zone o.time_zone)::date as month, r.answered_at - r.offered_at as took,
        r.state in ('accepted', 'in_progress', 'completed', 'returned') as is_accepted,
        ntk.counted_region(k.region_id, o.country) as region
    from handoff_referral r
    join accounts_organisation o on o.id = r.centre_id
    join cases_case k on k.id = r.case_id
    where r.id = any(ids) and r.offered_at is not null
), kase as (
    select k.id, k.centre_id, k.disposition, k.closed_at - k.opened_at as took,
        date_trunc('month', k.opened_at at time zone o.time_zone)::date as opened,
        date_trunc('month', k.closed_at at time zone o.time_zone)::date as closed,
        coalesce((select r.outcome from handoff_referral r where r.case_id = k.id and r.state = 'completed'
            order by r.ended_at desc, r.id limit 1), 'centre') as outcome
    from cases_case k join accounts_organisation o on o.id = k.centre_id
    where k.id = any(ids)
)
select c.id, c.centre_id, m.measure, c.month, m.key
from contact c cross join lateral (values
    ('contacts', 'all'), ('caller_type', c.caller_type_id), ('caller_group', c.caller_group), ('channel', c.channel),
    ('language', c.language), ('region', c.region), ('phenomenon', c.phenomenon), ('age_band', c.age_band),
    ('sex', c.sex), ('disposition', c.disposition),
    ('minor', case when c.age_band in ('under_14', '14_17') then 'yes' when c.age_band = 'unknown' then 'unknown' else 'no' end),
    ('security', case when c.is_security then 'yes' else 'no' end),
    ('repeat', case when c.is_repeat then 'repeat' else 'first' end)
) m(measure, key)
where c.kind = 'counselling' and (select ntk.service()) = 'statistics'
union all
select c.id, c.centre_id, 'other_kind', c.month, c.kind from contact c
where c.kind <> 'counselling' and (select ntk.service()) = 'statistics'
union all
select r.id, r.centre_id, m.measure, r.month, m.key
from referral r cross join lateral (values
    ('referral_region', r.region),
    ('referral_answer', case when r.is_accepted then 'accepted' when r.state in ('offered', 'question') then 'waiting' else r.state end),
    ('referral_time', case when r.took is null then 'none' when r.took <= interval '4 hours' then '4h'
        when r.took <= interval '1 day' then '1d' when r.took <= interval '2 days' then '2d'
        when r.took <= interval '7 days' then '7d' else 'longer' end),
    ('referral_first', case when r.follows_id is not null then 'later' when r.is_accepted then 'accepted'
        when r.state in ('offered', 'question') then 'waiting' else 'not_accepted' end),
    ('referral_feedback', case when not r.is_accepted then 'not_accepted'
        when exists (select from handoff_message x where x.referral_id = r.id and x.kind = 'feedback') then 'yes' else 'no' end)
) m(measure, key)
where (select ntk.service()) = 'statistics'
union all
select k.id, k.centre_id, 'case_opened', k.opened, k.disposition from kase k where (select ntk.service()) = 'statistics'
union all
select k.id, k.centre_id, m.measure, k.closed, m.key
from kase k cross join lateral (values
    ('case_duration', case when k.took <= interval '1 month' then '1m' when k.took <= interval '3 months' then '3m'
        when k.took <= interval '6 months' then '6m' when k.took <= interval '12 months' then '12m' else 'longer' end),
    ('case_outcome', k.outcome)
) m(measure, key)
where k.closed is not null and (select ntk.service()) = 'statistics'
$body$;
alter function ntk.counted owner to lotse_policy;
-- reverse
drop function ntk.counted;
