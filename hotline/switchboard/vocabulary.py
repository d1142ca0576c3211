"""Closed lists of the telephone: parties, directions, skills, kinds of command."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regions.vocabulary import Language


class CallParticipant(models.TextChoices):
    """Whose telephone a leg is."""

    CALLER = "caller", _("caller")
    HANDLER = "handler", _("handler")
    PARTNER = "partner", pgettext_lazy("organisation", "partner")


class Direction(models.TextChoices):
    INBOUND = "inbound", _("incoming")
    OUTBOUND = "outbound", _("outgoing")


class WhyUnreached(models.TextChoices):
    """Why the person whom we called back was not reached."""

    BUSY = "busy", _("the line is busy")
    NO_ANSWER = "no_answer", _("nobody answers")
    FAILED = "failed", _("this number cannot be reached")
    HANDLER = "handler", _("your own telephone was not picked up")
    GIVEN_UP = "given_up", _("ended before anybody answered")
    PROVIDER = "provider", _("the telephone provider could not place the call")


class Skill(models.TextChoices):
    """A skill that a line needs and handlers have, besides languages. A line without one is for all handlers."""

    EXIT = "exit", _("Exit work")
    PROFESSIONALS = "professionals", _("Advice to professionals")
    SCHOOL = "school", _("Schools")
    PRISON = "prison", _("Prison and after release")


class CommandKind(models.TextChoices):
    DIAL = "dial", _("ring a telephone")
    ADD = "add", _("ring a partner into the conversation")
    CONNECT = "connect", _("move the caller into the conversation")
    GOODBYE = "goodbye", _("end the caller's call")
    HANG_UP = "hang_up", _("hang up")
    HOLD = "hold", _("put the caller on hold")
    RESUME = "resume", _("take the caller off hold")
    REQUEUE = "requeue", _("move the caller back into the queue")
    BIND = "bind", _("end the conversation with this telephone")
    UNBIND = "unbind", _("let the conversation go on without the handler")
    FETCH = "fetch", _("fetch a voicemail")
    DELETE = "delete", _("delete a recording at the provider")
    RING = "ring", _("ring the person who is called back")
    TELL = "tell", _("tell the handler that nobody was reached")


#: The provider's voices for the languages of our texts (BCP 47).
VOICES = {"de": "de-DE", "fr": "fr-FR", "en": "en-GB"}

#: "For ... press %s." in the language itself, with its voice; for all languages of handlers.
PRESS: dict[str, tuple[str, str]] = {
    Language.GERMAN.value: ("de-DE", "Für Deutsch drücken Sie die {key}."),
    Language.ENGLISH.value: ("en-GB", "For English, press {key}."),
    Language.FRENCH.value: ("fr-FR", "Pour le français, tapez {key}."),
    Language.TURKISH.value: ("tr-TR", "Türkçe için {key} tuşuna basın."),
    Language.RUSSIAN.value: ("ru-RU", "Для русского языка нажмите {key}."),
    Language.ARABIC.value: ("ar-AE", "للغة العربية اضغط {key}."),
    Language.DUTCH.value: ("nl-NL", "Voor Nederlands, druk op {key}."),
    Language.POLISH.value: ("pl-PL", "Aby wybrać język polski, naciśnij {key}."),
    Language.ITALIAN.value: ("it-IT", "Per l'italiano, prema {key}."),
    Language.SPANISH.value: ("es-ES", "Para español, pulse {key}."),
    Language.ROMANIAN.value: ("ro-RO", "Pentru română, apăsați {key}."),
}
