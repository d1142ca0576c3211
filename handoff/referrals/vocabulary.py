"""Closed lists of referrals: reasons, feedback, outcomes, legal bases, what can be disclosed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeclineReason(models.TextChoices):
    NO_CAPACITY = "no_capacity", _("No free place")
    NOT_OUR_FIELD = "not_our_field", _("Not our field of work")
    NOT_OUR_REGION = "not_our_region", _("Not our region")
    LANGUAGE = "language", _("Language not available")
    CONFLICT = "conflict", _("Conflict of interest")
    SAFETY = "safety", _("Safety of our staff")
    OTHER = "other", _("Another reason")


class Feedback(models.TextChoices):
    """The feedback of a partner to the centre."""

    FIRST_CONTACT = "first_contact", _("First contact made")
    IN_COUNSELLING = "in_counselling", _("In counselling")
    NOT_REACHED = "not_reached", _("Could not be reached")
    ENDED = "ended", _("Ended")


class Outcome(models.TextChoices):
    """How the partner's work ended."""

    STABILISED = "stabilised", _("Situation stabilised")
    DISTANCED = "distanced", _("Distanced from the milieu")
    HANDED_TO_GENERAL = "general_services", _("Handed to general services")
    BROKEN_OFF = "broken_off", _("Broken off by the family or person")
    NO_CONTACT = "no_contact", _("No contact came about")
    OTHER = "other", _("Other")


class LegalBasis(models.TextChoices):
    CONSENT = "consent", _("Consent of the persons concerned")
    VITAL_INTERESTS = (
        "vital_interests",
        _("Vital interests (GDPR art. 6(1)(d), 9(2)(c))"),
    )
    LEGAL_DUTY = "legal_duty", _("Legal duty")


class MessageKind(models.TextChoices):
    QUESTION = "question", _("Question")
    ANSWER = "answer", _("Answer")
    FEEDBACK = "feedback", _("Feedback")
    DECLINE = "decline", _("Reason for declining")
    RETURN = "return", _("Reason for returning")


class DeadlineStep(models.TextChoices):
    """What happens when nobody answers, in this order."""

    REMIND = "remind", _("Reminder to the partner")
    ESCALATE = "escalate", _("Escalation to the coordinator")
    EXPIRE = "expire", _("The offer expires, the next partner is prepared")


class Disclosable(models.TextChoices):
    """Fields of a contact that may be disclosed to a partner on acceptance."""

    ALIAS = "alias", _("What the caller wants to be called")
    PHONE = "phone", _("Telephone number")
    PLACE = "place", _("Postal code and municipality")
    NOTES = "notes", _("Notes of the conversation")
    ADVICE = "advice", _("What was advised so far")


#: These identify a person, which the form says at each. No field goes without a legal basis.
IDENTIFYING = frozenset({Disclosable.ALIAS, Disclosable.PHONE, Disclosable.PLACE, Disclosable.NOTES})
