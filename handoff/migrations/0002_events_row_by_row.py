"""The partner may read of its referrals what was told to it: asked row by row (privacy.rls.row_function)."""

from django.db import migrations

from privacy.rls import allow, orgs_as, row_function, withdraw

PARTNER = f"r.organisation_id = any({orgs_as('partner_worker', 'partner_coordinator')}) and r.state <> 'draft'"
TOLD = "'organisation.' || r.organisation_id = any(tell)"
BEFORE = f"kind like 'referral.%' and subject in (select r.id from handoff_referral r where {PARTNER} and {TOLD})"


class Migration(migrations.Migration):
    dependencies = [("handoff", "0001_initial")]

    operations = [
        withdraw("journal_event", "own_referral", "select", BEFORE),
        row_function(
            "ntk.told_of_referral(which uuid, tell text[])",
            f"select from handoff_referral r where r.id = which and {PARTNER} and {TOLD}",
        ),
        allow(
            "journal_event",
            "through_referral",
            "select",
            "kind like 'referral.%' and ntk.told_of_referral(subject, tell::text[])",
        ),
    ]
