"""Closed lists of a contact. Caller types and topics are tables instead, which a centre can extend."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

#: How long access that a coordinator grants to a contact lasts.
GRANT_LASTS = timedelta(days=7)


class Channel(models.TextChoices):
    PHONE = "phone", _("phone")
    CALLBACK = "callback", _("callback")
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", _("WhatsApp")
    EMAIL = "email", _("e-mail")
    LETTER = "letter", _("letter")
    WEB_FORM = "web_form", _("web form")
    IN_PERSON = "in_person", _("in person")


class Kind(models.TextChoices):
    """Contacts that are not counselling are not counted in statistics of need."""

    COUNSELLING = "counselling", _("counselling")
    SILENT = "silent", _("silent")
    WRONG_NUMBER = "wrong_number", _("wrong number")
    TEST = "test", _("test")
    PRANK = "prank", _("prank")
    ABUSIVE = "abusive", _("abusive")
    PRESS = "press", _("press")
    NO_ANSWER = "no_answer", _("nobody answered")


#: The endings with one key, in the order of the keys 1 to 6.
ENDINGS = [Kind.SILENT, Kind.WRONG_NUMBER, Kind.TEST, Kind.PRANK, Kind.ABUSIVE, Kind.PRESS]


class AgeBand(models.TextChoices):
    """Age bands instead of birth dates. Under 14 and 14 to 17 are used by the checklist."""

    UNDER_14 = "under_14", _("under 14")
    FROM_14 = "14_17", _("14 to 17")
    FROM_18 = "18_20", _("18 to 20")
    FROM_21 = "21_26", _("21 to 26")
    FROM_27 = "27_39", _("27 to 39")
    FROM_40 = "40_plus", _("40 and older")
    UNKNOWN = "unknown", _("unknown")


class Sex(models.TextChoices):
    FEMALE = "female", _("female")
    MALE = "male", _("male")
    DIVERSE = "diverse", _("diverse")
    UNKNOWN = "unknown", _("unknown")


class CallerIdKind(models.TextChoices):
    """Callers are recognised only by transmitted numbers: withheld ones arrive as numbers that many share."""

    SHOWN = "shown", _("shown")
    WITHHELD = "withheld", _("withheld")
    UNKNOWN = "unknown", _("unknown")


class RegionSource(models.TextChoices):
    """The source of a contact's region. A chosen one is never overwritten."""

    POSTAL_CODE = "postal_code", _("from the postal code")
    CHOSEN = "chosen", _("chosen by hand")


class CallbackOrigin(models.TextChoices):
    """Why somebody is called back. ``MISSED``: only in old rows; callers who hang up are not called back (ADR 11)."""

    PLANNED = "planned", _("planned")
    ASKED = "asked", _("asked for by the caller")
    VOICEMAIL = "voicemail", _("left a voicemail")
    MISSED = "missed", _("hung up: did not ask to be called back")


class Relation(models.TextChoices):
    CHILD = "child", _("son or daughter")
    SIBLING = "sibling", _("brother or sister")
    PARTNER = "partner", _("partner")
    OTHER_FAMILY = "other_family", _("other family")
    FRIEND = "friend", _("friend")
    NEIGHBOUR = "neighbour", _("neighbour")
    COLLEAGUE = "colleague", _("colleague")
    PUPIL = "pupil", _("pupil")
    CLIENT = "client", _("client")
    SELF = "self", _("the caller")
    OTHER = "other", _("other")
    UNKNOWN = "unknown", _("unknown")
