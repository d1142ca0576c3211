"""The kinds of events that this app writes: their words, who may read them, how long they are kept."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from casework.cases.events import CASE_READERS
from foundation.privacy.event_kinds import KEPT, WITH_DOSSIER, EventKind
from foundation.privacy.rls import Rule

# A function, as for the events of contacts.
PARTNER = (
    Rule(
        "the partner, of its referrals: what was addressed to it, not what the centre did among itself",
        "ntk.told_of_referral(subject, tell::text[])",
    ),
)

CASE_CONFLICT_NOTED = EventKind(
    "case.conflict_noted",
    "case",
    _("Conflict of interest in a case noted"),
    "scale",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=_("Conflict of interest of %(organisation)s in this case noted"),
)
CASE_CONFLICT_TAKEN_BACK = EventKind(
    "case.conflict_taken_back",
    "case",
    _("Conflict of interest in a case taken back"),
    "scale",
    CASE_READERS,
    WITH_DOSSIER,
    in_case=_("Conflict of interest of %(organisation)s in this case taken back"),
)
REFERRAL_DRAFTED = EventKind(
    "referral.drafted",
    "referral",
    _("Partner chosen, offer prepared"),
    "pencil",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Referral to %(organisation)s prepared"),
)
REFERRAL_NEXT_PREPARED = EventKind(
    "referral.next_prepared",
    "referral",
    _("Prepared as the next partner to ask"),
    "users",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Referral to the next partner prepared"),
)
REFERRAL_OFFERED = EventKind(
    "referral.offered",
    "referral",
    _("Offered"),
    "send",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Referral offered to %(organisation)s"),
)
REFERRAL_QUESTION_ASKED = EventKind(
    "referral.question_asked",
    "referral",
    _("Question asked"),
    "circle-question-mark",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("The partner asks a question"),
)
REFERRAL_QUESTION_ANSWERED = EventKind(
    "referral.question_answered",
    "referral",
    _("Question answered"),
    "message-circle-reply",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("The partner's question was answered"),
)
REFERRAL_ACCEPTED = EventKind(
    "referral.accepted",
    "referral",
    _("Accepted; responsibility has moved"),
    "check",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Referral accepted: the partner is responsible"),
)
REFERRAL_DECLINED = EventKind(
    "referral.declined", "referral", _("Declined"), "x", PARTNER, WITH_DOSSIER, in_case=_("Referral declined")
)
REFERRAL_WITHDRAWN = EventKind(
    "referral.withdrawn", "referral", _("Withdrawn"), "undo-2", PARTNER, WITH_DOSSIER, in_case=_("Referral withdrawn")
)
REFERRAL_REMINDED = EventKind(
    "referral.reminded",
    "referral",
    _("Reminder sent"),
    "bell",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Reminder sent, the answer was due"),
)
REFERRAL_CONSENT_ENDED = EventKind(
    "referral.consent_ended",
    "referral",
    _("The consent does not cover the agreed fields any more"),
    "shield-alert",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Consent does not cover the agreed fields any more"),
)
REFERRAL_ESCALATED = EventKind(
    "referral.escalated",
    "referral",
    _("Escalated to the coordinator"),
    "bell-ring",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Escalated to the coordinators, the answer is overdue"),
)
REFERRAL_EXPIRED = EventKind(
    "referral.expired",
    "referral",
    _("Expired without an answer"),
    "timer-off",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Referral expired without an answer"),
)
REFERRAL_NO_PARTNER_LEFT = EventKind(
    "referral.no_partner_left",
    "referral",
    _("No partner is left to ask; the centre keeps the case"),
    "circle-alert",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("No further partner fits"),
)
REFERRAL_ASKED_AGAIN = EventKind(
    "referral.asked_again",
    "referral",
    _("The partner asks to be offered the case again"),
    "rotate-ccw",
    PARTNER,
    WITH_DOSSIER,
    in_case=True,
)
REFERRAL_KEPT = EventKind(
    "referral.kept",
    "referral",
    _("No other partner is asked for now; the centre goes on with the case"),
    "house",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("The centre keeps the case and asks no other partner for now"),
)
REFERRAL_FEEDBACK = EventKind(
    "referral.feedback",
    "referral",
    _("Feedback"),
    "message-square",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Feedback from the partner"),
)
REFERRAL_COMPLETED = EventKind(
    "referral.completed",
    "referral",
    _("Completed; responsibility is with the centre again"),
    "circle-check",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Work of the partner completed"),
)
REFERRAL_RETURNED = EventKind(
    "referral.returned",
    "referral",
    _("Returned; responsibility is with the centre again"),
    "corner-down-left",
    PARTNER,
    WITH_DOSSIER,
    in_case=_("Case returned by the partner"),
)
NOTICE_RETRIED = EventKind("notice.retried", "notice", _("E-mail that was given up sent again"), "mail", (), KEPT)
