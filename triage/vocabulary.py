"""What a triage can end in. The stored value is the code, never the label."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Disposition(models.TextChoices):
    """What follows from a contact. Exactly one; `OPEN` means that the answers do not carry a proposal yet."""

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
    """What must be done whatever the disposition is; several may hold at once."""

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

#: While one of these is open a case does not end by a handler alone: danger, security, the welfare of a child.
SECURING_DUTIES = frozenset({Duty.EMERGENCY, Duty.SECURITY_INFORMATION, Duty.CHILD_PROTECTION, Duty.CLARIFY_SECURITY})

#: Dispositions that stand for such a duty, and which one: whoever decides on one takes its duty on.
DUTY_OF_DISPOSITION: dict[str, Duty] = {
    Disposition.EMERGENCY: Duty.EMERGENCY,
    Disposition.SECURITY: Duty.SECURITY_INFORMATION,
    Disposition.CHILD_PROTECTION: Duty.CHILD_PROTECTION,
}
PROTECTED_DISPOSITIONS = frozenset(DUTY_OF_DISPOSITION)

#: Dispositions in which something about a person leaves the centre.
DISCLOSING_DISPOSITIONS = frozenset({Disposition.REFERRAL, Disposition.SECURITY, Disposition.CHILD_PROTECTION})
