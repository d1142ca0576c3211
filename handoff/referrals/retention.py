"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from foundation.retention.dossiers import OF_KEY, Part, Rows, Sweep

REFERRALS = f"(select id from handoff_referral where {OF_KEY})"

PART = Part(
    rows=(
        Rows("handoff_notice", f"referral_id in {REFERRALS}"),
        Rows("handoff_deadline", f"referral_id in {REFERRALS}"),
        Rows("handoff_nextstep", f"referral_id in {REFERRALS}", has_events=False),
        Rows("handoff_summary", has_events=False),
        Rows("handoff_disclosure"),
        Rows("handoff_message"),
        Rows("handoff_caseconflict"),
        Rows("handoff_referral"),
    ),
    sweeps=(Sweep("handoff_notice", "due_at"),),
)
