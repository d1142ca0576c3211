"""Dispositions, urgencies and duties. The code is stored, never the label."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Disposition(models.TextChoices):
    """The outcome of a triage, exactly one. `OPEN`: the answers are not enough for a proposal yet."""

    OPEN = "open", _("Not enough answers yet")
    ADVICE = "advice", _("Advice given, nothing further")
    CENTRAL_CASE = "central_case", _("Case at the centre")
    REFERRAL = "referral", _("Referral to a partner")
    SECURITY = "security", _("Security")
    CHILD_PROTECTION = "child_protection", _("Child protection")
    EMERGENCY = "emergency", _("Emergency")
    VERIFY_FIRST = "verify_first", _("Verify first")


class Urgency(models.TextChoices):
    """How soon a partner or colleague must answer: urgent 4 working hours, standard 48 hours."""

    STANDARD = "standard", _("Standard")
    URGENT = "urgent", _("Urgent")


class Duty(models.TextChoices):
    """Tasks that follow whatever the disposition is; there may be several."""

    EMERGENCY = "emergency", _("Call 112 now")
    SECURITY_INFORMATION = (
        "security_information",
        _("Decide on informing the security authorities"),
    )
    CHILD_PROTECTION = (
        "child_protection",
        _("Decide on informing the youth welfare office"),
    )
    COORDINATOR_REVIEW = "coordinator_review", _("A coordinator looks at it")
    CLARIFY_SECURITY = "clarify_security", _("Clarify the security signal")
    VERIFY_SOURCE = "verify_source", _("Verify the source")
    HEAR_OTHER_SIDE = "hear_other_side", _("Hear another side")
    INDIVIDUAL_CASE = "individual_case", _("Open an individual case")
    OBTAIN_CONSENT = "obtain_consent", _("Ask for consent")
    KEEP_CONFIDENTIAL = "keep_confidential", _("Pass nothing on without a legal basis")
    SAFETY_ARRANGEMENTS = "safety_arrangements", _("Make safety arrangements")


#: Dropping one of these needs a coordinator.
PROTECTED_DUTIES = frozenset(
    {
        Duty.EMERGENCY,
        Duty.SECURITY_INFORMATION,
        Duty.CHILD_PROTECTION,
        Duty.COORDINATOR_REVIEW,
        Duty.CLARIFY_SECURITY,
        Duty.VERIFY_SOURCE,
    }
)

#: While one of these is open, a handler alone cannot close a case: danger, security, the welfare of a child.
SECURING_DUTIES = frozenset({Duty.EMERGENCY, Duty.SECURITY_INFORMATION, Duty.CHILD_PROTECTION, Duty.CLARIFY_SECURITY})

#: Dispositions that always bring a duty, and which one.
DUTY_OF_DISPOSITION: dict[str, Duty] = {
    Disposition.EMERGENCY: Duty.EMERGENCY,
    Disposition.SECURITY: Duty.SECURITY_INFORMATION,
    Disposition.CHILD_PROTECTION: Duty.CHILD_PROTECTION,
}
PROTECTED_DISPOSITIONS = frozenset(DUTY_OF_DISPOSITION)

#: Dispositions with which personal data leave the centre.
DISCLOSING_DISPOSITIONS = frozenset({Disposition.REFERRAL, Disposition.SECURITY, Disposition.CHILD_PROTECTION})


class WaiverReason(models.TextChoices):
    """Why a counselling contact needs no triage."""

    GENERAL = "general", _("A general question: no person gives cause for concern")
    KNOWN = "known", _("About a case that is already being worked on")
    BROKEN_OFF = "broken_off", _("Broken off before the concern was named")
    ELSEWHERE = "elsewhere", _("Not a matter for this centre: another service was named")
    OTHER = "other", _("Another reason, in words")
