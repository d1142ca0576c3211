"""All kinds of events, from the ``events.py`` of each app; the journal accepts no others."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from foundation.privacy.event_kinds import EventKind, kinds_of


class UnknownKind(ValueError):
    """No app declares this kind of event."""


@cache
def all_kinds() -> dict[str, EventKind]:
    """Kinds by code, in the order of the apps. Importing another app's kind does not declare it again."""
    found: dict[str, EventKind] = {}
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "events"):
            for kind in kinds_of(import_module(f"{config.name}.events")):
                if found.setdefault(kind.code, kind) is not kind:
                    raise UnknownKind(f"{kind.code} is declared twice")
    return found


def check(kind: EventKind) -> None:
    """Raises UnknownKind."""
    if not isinstance(kind, EventKind) or all_kinds().get(kind.code) is not kind:
        raise UnknownKind(str(kind))


def codes_in_case() -> list[str]:
    """The kinds that the timeline of a case shows."""
    return [kind.code for kind in all_kinds().values() if kind.case_sentence is not None]
