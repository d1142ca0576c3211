"""Consent is judged by whom the case is about: adult or minor, the caller or somebody else.

The age is asked of the triage and of the contact; the younger one counts.
"""

import importlib

from django.db import migrations

from foundation.privacy.rls import definer_function

EARLIER = importlib.import_module("handoff.referrals.migrations.0006_consent")
IS_MINOR = """coalesce(bool_or(is_disclosed and answers->>'age_band' in ('under_14', '14_17') and relation <> 'self'), false)
from said"""
CONCERNED = """case when bool_or(is_disclosed and minor) then 'minor' else 'adult' end
        || case when bool_or(is_disclosed and relation = 'self') then '_caller' else '' end
from said"""
MINOR = """c.relation,
        coalesce(a.answers->>'age_band', '') in ('under_14', '14_17') or c.age_band in ('under_14', '14_17') as minor"""
CONSENT = EARLIER.CONSENT.replace(IS_MINOR, CONCERNED).replace("c.relation\n", MINOR + "\n")
FUNCTION, DROP = "ntk.consent_of_case(which uuid)", "ntk.consent_of_case(uuid)"
BEFORE = definer_function(
    FUNCTION,
    "table (caller text, person text, names_partner boolean, is_minor boolean)",
    EARLIER.CONSENT,
    drop=DROP,
)
NOW = definer_function(
    FUNCTION, "table (caller text, person text, names_partner boolean, concerned text)", CONSENT, drop=DROP
)


class Migration(migrations.Migration):
    dependencies = [("handoff", "0011_case_conflicts"), ("hotline", "0007_no_callback_unasked")]

    operations = [migrations.RunSQL(f"{BEFORE.reverse_sql}; {NOW.sql}", f"{NOW.reverse_sql}; {BEFORE.sql}")]
