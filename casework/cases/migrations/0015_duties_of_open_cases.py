"""Duties that were decided before there were actions: those of open cases are due in two days."""

from __future__ import annotations

from django.db import migrations

TABLES = (
    "triage_assessment", "cases_casecontact", "cases_case", "cases_action", "hotline_contact", "hotline_contactreader",
    "worklist_workitem",
)  # fmt: skip
FILL = """
insert into cases_action (id, case_id, contact_id, assessment_id, centre_id, data_key_id, duty, strand, is_protected,
        organisation_id, user_id, role, is_urgent, steps_at, due_at, added_at, added_by_id, version)
    select gen_random_uuid(), c.id, a.contact_id, a.id, a.centre_id, a.data_key_id, duty,
        case when duty in ('clarify_security', 'coordinator_review', 'emergency', 'safety_arrangements',
            'security_information') then 'security' else 'social' end,
        duty in ('child_protection', 'clarify_security', 'coordinator_review', 'emergency', 'security_information',
            'verify_source'),
        a.centre_id,
        case when duty = 'coordinator_review' then null
            when c.responsible_organisation_id = c.centre_id then c.responsible_user_id else c.contact_person_id end,
        case when duty = 'coordinator_review' then 'coordinator' else '' end, a.urgency = 'urgent',
        array[now() + interval '2 days', now() + interval '3 days', now() + interval '4 days'],
        now() + interval '2 days', a.completed_at, a.completed_by_id, 1
    from triage_assessment a join cases_casecontact l on l.contact_id = a.contact_id
        join cases_case c on c.id = l.case_id, unnest(a.duties) as duty
    where a.state = 'completed' and c.state = 'open' and duty not in ('individual_case', 'keep_confidential');
set constraints all immediate;
"""


class Migration(migrations.Migration):

    dependencies = [("cases", "0014_actions_on_the_worklist")]

    operations = [
        migrations.RunSQL(
            [
                *(f"alter table {table} no force row level security" for table in TABLES),
                FILL,
                *(f"alter table {table} force row level security" for table in TABLES),
            ],
            migrations.RunSQL.noop,
        )
    ]
