"""A preview of a line: the texts that a caller will hear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from foundation.accounts.models import Organisation
from hotline.telephony.verbs import Say
from regions.preview import state_now

from . import prompts
from .lines import LineSettings
from .vocabulary import VOICES


@dataclass(frozen=True)
class Heard:
    """One sentence and its language (BCP 47)."""

    text: str
    language: str


@dataclass(frozen=True)
class Preview:
    """``menu``: empty for a single language; ``notices``, ``closed``: in the line's first language."""

    state: str
    menu: list[Heard]
    notices: list[Heard]
    closed: list[Heard]
    without_voice: bool


def preview(settings: LineSettings, centre: Organisation, now: datetime) -> Preview:
    """The same texts as in the webhooks."""
    first = settings.languages[0]
    menu = prompts.menu(settings.languages) if len(settings.languages) > 1 else []
    closed = [] if settings.is_round_the_clock else prompts.say(first, *prompts.CLOSED)
    return Preview(
        _state(settings, centre, now),
        _heard(menu),
        _heard(prompts.say(first, prompts.EMERGENCY, prompts.PRIVACY)),
        _heard(closed),
        first not in VOICES,
    )


def _state(settings: LineSettings, centre: Organisation, now: datetime) -> str:
    if not settings.is_active:
        return _("Out of use: callers hear that something does not work.")
    return _("Open now, round the clock.") if settings.is_round_the_clock else state_now(centre, now)


def _heard(sentences: list[Say]) -> list[Heard]:
    return [Heard(one.text, one.language) for one in sentences]
