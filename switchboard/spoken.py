"""What callers and handlers hear, from the catalogues in the caller's language; English where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hotline.telephony import Pause, Play, Say
from regions.vocabulary import Language

from .vocabulary import PRESS, VOICES


def address(name: str, *keys: object) -> str:
    """Where the provider reaches one of our webhooks."""
    return settings.TELEPHONY["public_url"] + reverse(f"switchboard:{name}", args=keys)


def say(language: str, text: Callable[[], str]) -> Say:
    """``text`` is looked up in the language of the voice."""
    spoken = language if language in VOICES else "en"
    with translation.override(spoken):
        return Say(text(), VOICES[spoken])


def menu(languages: Sequence[str]) -> list[Say]:
    """One sentence per language, each in its own voice, in English where there is none; keys 1 to 9."""
    known = [PRESS.get(code) or _in_english(code) for code in languages[:9]]
    return [Say(text.format(key=key), voice) for key, (voice, text) in enumerate(known, start=1)]


def _in_english(code: str) -> tuple[str, str]:
    with translation.override("en"):
        return VOICES["en"], f"For {Language(code).label}, press {{key}}."


def notices(language: str) -> list[Say]:
    """Emergency first, then privacy. Nobody is put through before having heard them."""
    return [
        say(language, lambda: _("If somebody is in immediate danger, please hang up and dial 112.")),
        say(
            language,
            lambda: _(
                "You can talk to us without giving your name. This call is not recorded. "
                "What you tell us is treated confidentially; our data protection notice is on our website."
            ),
        ),
    ]


def position(language: str, ahead: int) -> Say:
    """``ahead``: how many callers are before this one."""
    if ahead == 0:
        return say(language, lambda: _("You are next. Please stay on the line."))
    return say(
        language,
        lambda: (
            ngettext(
                "There is one caller before you. Please stay on the line.",
                "There are %(ahead)d callers before you. Please stay on the line.",
                ahead,
            )
            % {"ahead": ahead}
        ),
    )


def callback_offer(language: str) -> Say:
    return say(language, lambda: _("If you would like to be called back instead, press 1."))


def clip() -> list[Play | Pause]:
    return [Play(settings.TELEPHONY["public_url"] + static("switchboard/waiting.wav")), Pause(8)]


def callback_noted(language: str) -> Say:
    return say(language, lambda: _("Thank you. We will call you back as soon as we can. Goodbye."))


def no_number(language: str) -> Say:
    return say(
        language,
        lambda: _(
            "Your number is not shown to us. Please leave a message with a number if you would like to be called back."
        ),
    )


def closed(language: str) -> list[Say]:
    return [
        say(language, lambda: _("Our advice line is closed at the moment.")),
        say(language, lambda: _("Press 1 to be called back when we open, or stay on the line to leave a message.")),
    ]


def too_long(language: str) -> list[Say]:
    return [
        say(language, lambda: _("We are sorry that you have waited for so long.")),
        say(language, lambda: _("Press 1 to be called back, or stay on the line to leave a message.")),
    ]


def leave_message(language: str) -> Say:
    return say(
        language,
        lambda: _("Please leave your message after the tone. It is heard only by our staff."),
    )


def goodbye(language: str) -> Say:
    return say(language, lambda: _("Thank you for calling. Goodbye."))


def trouble(language: str) -> Say:
    return say(
        language,
        lambda: _("We are sorry, something does not work at the moment. Please call again in a few minutes. "
                  "If somebody is in immediate danger, dial 112."),
    )  # fmt: skip


def press_to_accept(language: str) -> Say:
    return say(language, lambda: _("A call from Lotse. Press 1 to be connected."))


def caller_gone(language: str) -> Say:
    return say(language, lambda: _("The caller has hung up."))
