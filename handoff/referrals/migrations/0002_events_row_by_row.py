"""The partner may read of its referrals what was told to it."""

from django.db import migrations

from foundation.privacy.rls import orgs_as, through

PARTNER = f"r.organisation_id = any({orgs_as('partner_worker', 'partner_coordinator')}) and r.state <> 'draft'"
TOLD = f"from handoff_referral r where {PARTNER} and 'organisation.' || r.organisation_id = any(tell)"


class Migration(migrations.Migration):
    dependencies = [("handoff", "0001_initial")]

    operations = through(
        "journal_event",
        "referral",
        before=f"kind like 'referral.%' and subject in (select r.id {TOLD})",
        function="ntk.told_of_referral(which uuid, tell text[])",
        finds=f"select {TOLD} and r.id = which",
        condition="kind like 'referral.%' and ntk.told_of_referral(subject, tell::text[])",
    )
