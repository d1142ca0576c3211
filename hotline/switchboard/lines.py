"""Actions of administrators on lines, our own telephone numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction

from foundation.accounts.audit import subject_of
from foundation.accounts.models import Organisation, OrganisationKind, User
from foundation.accounts.permissions import require
from foundation.accounts.roles import Permission
from foundation.journal.actions import record
from foundation.journal.stale import stale
from foundation.privacy.event_kinds import EventKind
from regions.vocabulary import Language

from .events import LINE_ADDED, LINE_CHANGED
from .models import Line
from .vocabulary import Skill

#: Keys of a telephone that choose a language.
MOST_LANGUAGES = 9


class NumberTaken(Exception):
    """Another line, ``line``, has this number."""

    def __init__(self, line: Line) -> None:
        super().__init__(f"line {line.pk} has this number")
        self.line = line


class Impossible(ValueError):
    """Values that the form would refuse."""


@dataclass(frozen=True)
class LineSettings:
    """Settings of a line. ``number``: E.164; ``languages``: in the order of the menu."""

    number: str
    name: str
    languages: Sequence[str]
    skill: str = ""
    is_round_the_clock: bool = False
    is_active: bool = True


@transaction.atomic
def add_line(*, by: User, centre: Organisation, settings: LineSettings) -> Line:
    """Add a line. Raises NotAllowed, NumberTaken, Impossible."""
    require(by, Permission.USERS_MANAGE, centre.pk)
    if centre.kind != OrganisationKind.CENTRE:
        raise Impossible("lines belong to a centre")
    line = Line(centre=centre)
    _store(line, settings)
    _record(LINE_ADDED, by, line, settings)
    return line


@transaction.atomic
def save_line(*, by: User, line: Line, version: int, settings: LineSettings) -> None:
    """Change a line; ``version``: the one that was read. Running calls are not affected. A repeat has no effect.

    Raises NotAllowed, NumberTaken, Impossible, Stale.
    """
    require(by, Permission.USERS_MANAGE, line.centre_id)
    stored = Line.objects.select_for_update(no_key=True).get(pk=line.pk)
    if settings_of(stored) == settings:
        return
    if stored.version != version:
        raise stale(subject_of(stored))
    stored.version += 1
    _store(stored, settings)
    _record(LINE_CHANGED, by, stored, settings)


def settings_of(line: Line) -> LineSettings:
    """The stored settings."""
    return LineSettings(
        str(line.number), line.name, list(line.languages), line.skill, line.is_round_the_clock, line.is_active
    )


def _store(line: Line, settings: LineSettings) -> None:
    languages = list(settings.languages)
    if not 1 <= len(languages) <= MOST_LANGUAGES or len(set(languages)) < len(languages):
        raise Impossible("one to nine languages, each once")
    if set(languages) - set(Language.values) or settings.skill not in {"", *Skill.values} or not settings.name:
        raise Impossible("an unknown language or skill, or no name")
    for name, value in asdict(settings).items():
        setattr(line, name, value)
    line.languages = languages
    _check_number(line)
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError:
        _check_number(line)
        raise


def _check_number(line: Line) -> None:
    other = Line.objects.filter(number=line.number).exclude(pk=line.pk).first()
    if other:
        raise NumberTaken(other)


def _record(kind: EventKind, by: User, line: Line, settings: LineSettings) -> None:
    """The event has codes only; the number is public and in the row."""
    data = {"line": line.pk, "languages": list(settings.languages), "skill": settings.skill}
    state = {"round_the_clock": settings.is_round_the_clock, "active": settings.is_active}
    record(kind, by=by, subject=subject_of(line), centre=line.centre_id, data={**data, **state})
