"""What of a dossier is in this app's tables. See foundation/retention/dossiers.py."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.retention.dossiers import OF_KEY, Part, Rows, Sweep

REFERRALS = f"(select id from handoff_referral where {OF_KEY})"

PART = Part(
    rows=(
        Rows("handoff_notice", f"referral_id in {REFERRALS}", not_copied="technical: an e-mail with a reference"),
        Rows(
            "handoff_nextstep",
            f"referral_id in {REFERRALS}",
            has_events=False,
            not_copied="technical: that a next step is due",
        ),
        Rows("handoff_summary", has_events=False, title=_("Summary for a partner")),
        Rows("handoff_disclosure", title=_("Passed on to a partner")),
        Rows("handoff_message", title=_("Message with a partner")),
        Rows("handoff_caseconflict", title=_("Conflict of interest")),
        Rows("handoff_referral", title=_("Referral")),
    ),
    recipients=(
        f"select organisation_id, offered_at as at from handoff_referral where {OF_KEY} and offered_at is not null",
    ),
    sweeps=(Sweep("handoff_notice", "due_at"),),
)
