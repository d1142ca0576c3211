"""Texts that callers and handlers hear, translated into the caller's language; English if there is no translation."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from hotline.telephony.verbs import Pause, Play, Say
from regions.vocabulary import Language

from .vocabulary import PRESS, VOICES, WhyUnreached

TROUBLE = _(
    "We are sorry, something does not work at the moment. Please call again in a few minutes. "
    "If somebody is in immediate danger, dial 112."
)
EMERGENCY = _("If somebody is in immediate danger, please hang up and dial 112.")
PRIVACY = _(
    "You can talk to us without giving your name. This call is not recorded. "
    "What you tell us is treated confidentially; our data protection notice is on our website."
)
NEXT = _("You are next. Please stay on the line.")
CALLBACK_OFFER = _("If you would like to be called back instead, press 1.")
CALLBACK_NOTED = _("Thank you. We will call you back as soon as we can. Goodbye.")
NO_NUMBER = _(
    "Your number is not shown to us. Please leave a message with a number if you would like to be called back."
)
CLOSED = (
    _("Our advice line is closed at the moment."),
    _("Press 1 to be called back when we open, or stay on the line to leave a message."),
)
TOO_LONG = (
    _("We are sorry that you have waited for so long."),
    _("Press 1 to be called back, or stay on the line to leave a message."),
)
LEAVE_MESSAGE = _("Please leave your message after the tone. It is heard only by our staff.")
GOODBYE = _("Thank you for calling. Goodbye.")
GOODBYE_CALLED = _("Goodbye.")
NOT_PLACED = _("The call could not be placed.")
UNREACHED: dict[str, Promise] = {
    WhyUnreached.BUSY: _("The line is busy."),
    WhyUnreached.NO_ANSWER: _("Nobody answers."),
    WhyUnreached.FAILED: _("This number cannot be reached."),
}
PRESS_TO_ACCEPT = _("A call from Lotse. Press 1 to be connected.")
CALL_OVER = _("The call is over.")
CALLER_GONE = _("The caller has hung up.")


def address(name: str, *keys: object, room: str = "switchboard") -> str:
    """The absolute URL of a webhook."""
    return settings.TELEPHONY["public_url"] + reverse(f"{room}:{name}", args=keys)


def say(language: str, *texts: str | Promise) -> list[Say]:
    """The texts in this language, with its voice."""
    spoken = language if language in VOICES else "en"
    with translation.override(spoken):
        return [Say(str(text), VOICES[spoken]) for text in texts]


def menu(languages: Sequence[str]) -> list[Say]:
    """One sentence per language, each with its own voice, in English if there is no voice; keys 1 to 9."""
    known = [PRESS.get(code) or _in_english(code) for code in languages[:9]]
    return [Say(text.format(key=key), voice) for key, (voice, text) in enumerate(known, start=1)]


def _in_english(code: str) -> tuple[str, str]:
    with translation.override("en"):
        return VOICES["en"], f"For {Language(code).label}, press {{key}}."


def position(language: str, ahead: int) -> list[Say]:
    """``ahead``: number of callers before this one."""
    if ahead == 0:
        return say(language, NEXT)
    text = ngettext_lazy(
        "There is one caller before you. Please stay on the line.",
        "There are %(ahead)d callers before you. Please stay on the line.",
        ahead,
    )
    with translation.override(language if language in VOICES else "en"):
        return say(language, str(text) % {"ahead": ahead})


def clip() -> list[Play | Pause]:
    return [Play(settings.TELEPHONY["public_url"] + static("switchboard/waiting.wav")), Pause(8)]
