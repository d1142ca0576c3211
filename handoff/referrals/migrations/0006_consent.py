"""Whether consent still covers what is disclosed: asked by the centre, by the partner that accepts, and by the sweep.

A partner may read no assessment, and a handler not those of a colleague's contact; each learns these codes only.
"""

from django.db import migrations, models

from foundation.privacy.rls import definer_function, is_service, orgs_as

MAY_ASK = f"""(k.centre_id = any({orgs_as("coordinator")}) or k.id = any((select ntk.my_cases())::uuid[])
    or {is_service("deadlines")}
    or exists (select 1 from handoff_referral r where r.case_id = k.id
        and r.organisation_id = any({orgs_as("partner_worker", "partner_coordinator")})
        and r.state in ('offered', 'question', 'accepted', 'in_progress')))"""
#: A refusal or withdrawal binds as soon as it is noted, in a draft too; consent counts when its assessment is in force.
CONSENT = f"""
with said as (
    select a.answers as answers, a.state = 'completed' as in_force, a.contact_id = f.contact_id as is_disclosed, c.relation
    from cases_case k
    join triage_assessment f on f.id = k.assessment_id
    join triage_assessment a on a.state in ('draft', 'waiting', 'completed') and (a.contact_id = f.contact_id
        or a.contact_id in (select contact_id from cases_casecontact where case_id = k.id))
    join hotline_contact c on c.id = a.contact_id
    where k.id = which and {MAY_ASK})
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
    coalesce(bool_or(is_disclosed and answers->>'age_band' in ('under_14', '14_17') and relation <> 'self'), false)
from said
"""


class Migration(migrations.Migration):
    dependencies = [
        ("handoff", "0005_bounds_of_moments"),
        ("cases", "0001_initial"),
        ("triage", "0003_discarded"),
        ("hotline", "0007_no_callback_unasked"),
    ]

    operations = [
        migrations.AddField(
            model_name="disclosure", name="consent_ended_at", field=models.DateTimeField(null=True)
        ),
        definer_function(
            "ntk.consent_of_case(which uuid)",
            "table (caller text, person text, names_partner boolean, is_minor boolean)",
            CONSENT,
            drop="ntk.consent_of_case(uuid)",
        ),
    ]
