"""Conflicts of interest in one case: the centre sees those of its cases, a partner none, not even its own.

A partner may only say of itself that it has one, while an offer waits for its answer. What was noted stays as it was:
of a row, only its end may be written.
"""

import datetime
import django.db.models.deletion
import django.utils.timezone
import foundation.privacy.fields
import uuid
from django.conf import settings
from django.db import migrations, models

from foundation.privacy.rls import is_service, orgs_as, protect

OF_CASE = "exists (select 1 from cases_case c where c.id = case_id)"
OF_OWN_CASE = f"""
exists (select 1 from cases_case c where c.id = case_id
    and (c.centre_id = any({orgs_as("coordinator")}) or c.id = any((select ntk.my_cases())::uuid[])))
"""
DECLARED = f"""
exists (select 1 from handoff_referral r
    where r.id = declared_in_id and r.case_id = handoff_caseconflict.case_id
        and r.organisation_id = handoff_caseconflict.organisation_id
        and r.organisation_id = any({orgs_as("partner_worker", "partner_coordinator")})
        and r.state in ('offered', 'question'))
"""
ONLY_ITS_END = migrations.RunSQL(
    "revoke update, delete, truncate on handoff_caseconflict from lotse_web, lotse_worker;"
    "grant update (ended_at, ended_by_id) on handoff_caseconflict to lotse_web, lotse_worker",
    "grant update, delete on handoff_caseconflict to lotse_web, lotse_worker",
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_administration'),
        ('cases', '0003_bounds_of_moments'),
        ('handoff', '0010_bounds'),
        ('privacy', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseConflict',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('reason', models.CharField(blank=True, choices=[('ties', 'Personal or family ties'), ('party', 'Is a party to the matter itself'), ('staff', 'Employs somebody who is involved'), ('funds', 'Funds or supervises one side'), ('complaint', 'A complaint or lawsuit is running'), ('safety', 'Safety of staff or of the persons concerned'), ('other', 'Other reason')], max_length=20)),
                ('text', foundation.privacy.fields.EncryptedTextField()),
                ('noted_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='cases.case')),
                ('data_key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='privacy.datakey')),
                ('declared_in', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='handoff.referral')),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('noted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(models.Q(('noted_at__gte', datetime.datetime(1990, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), ('noted_at__lt', datetime.datetime(2100, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), ('noted_at__isnull', True), _connector='OR'), models.Q(models.Q(('ended_at__gte', datetime.datetime(1990, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), ('ended_at__lt', datetime.datetime(2100, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), ('ended_at__isnull', True), _connector='OR')), name='case_conflict_moments'), models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('case', 'organisation'), name='one_standing_conflict_per_case_and_partner'), models.CheckConstraint(condition=models.Q(models.Q(('declared_in', None), ('reason__in', ['ties', 'party', 'staff', 'funds', 'complaint', 'safety', 'other'])), models.Q(('declared_in__isnull', False), ('reason', '')), _connector='OR'), name='case_conflict_reason_or_declared'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='case_conflict_ended_at_and_by')],
            },
        ),
        *protect(
            "handoff_caseconflict",
            select=f"{OF_CASE} or {is_service('deadlines')}",
            insert="noted_by_id = (select ntk.actor()) and ended_at is null and ended_by_id is null"
            f" and ((declared_in_id is null and {OF_OWN_CASE}) or {DECLARED})",
            update=f"ended_at is null and {OF_OWN_CASE}",
            update_check=f"ended_by_id = (select ntk.actor()) and ended_at is not null and {OF_OWN_CASE}",
        ),
        ONLY_ITS_END,
    ]
