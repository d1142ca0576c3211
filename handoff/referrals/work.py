"""The kinds of work of this app on the worklist."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.worklist.kinds import ESCALATE, WorkKind

from .states import ReferralState
from .vocabulary import DeadlineStep

LOCK = "handoff.referrals.transitions.lock"
WORK = [
    WorkKind(
        "referral",
        _("Referral"),
        "route",
        "handoff:referral",
        tuple(DeadlineStep),
        LOCK,
        "handoff.referrals.deadline_actions.run_step",
        {ReferralState.OFFERED: _("Answer the offer"), ReferralState.QUESTION: _("Answer the partner’s question")},
        page_elsewhere="handoff:partner_referral",
        has_own_mails=True,
    ),
    WorkKind(
        "next_step",
        _("Decide what is next"),
        "signpost",
        "handoff:referral",
        (ESCALATE,),
        LOCK,
        "handoff.referrals.deadline_actions.escalate_decision",
        {
            ReferralState.DRAFT: _("Offer it to the next partner, or not"),
            ReferralState.DECLINED: _("Declined: decide what is next"),
            ReferralState.EXPIRED: _("No answer: decide what is next"),
            ReferralState.RETURNED: _("Given back: decide what is next"),
        },
        has_own_mails=True,
    ),
]
