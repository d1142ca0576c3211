"""Generates docs/events.md: every kind of event, who may read it and how long it is kept."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from django.conf import settings

from foundation.privacy.event_kinds import EventKind

from .registry import all_kinds

PATH = Path(settings.BASE_DIR) / "docs" / "events.md"
HEAD = """# Events

Written by `./lotse manage events` from the `events.py` of each app; a test checks that it is up to date. The journal
takes no other kinds. An event holds who, when, about what, and codes and ids; it is never altered. Who did it, and the
coordinators and data protection officers of the centre, read each of them; under "besides" stands who else. "In a case"
is what the timeline of a case says, where it tells the event at all. Nothing deletes events yet: "kept" is the rule
that a deletion has to follow.
"""


def document() -> str:
    """In English, whatever the language of the process."""
    families = groupby(all_kinds().values(), key=lambda kind: (kind.family, kind.audience, kind.retention))
    return HEAD + "".join(section(list(kinds)) for _key, kinds in families)


def section(kinds: list[EventKind]) -> str:
    first = kinds[0]
    besides = "; ".join(rule.who for rule in first.audience) or "nobody"
    lines = [f"\n## {first.family}\n", f"- besides: {besides}", f"- kept: {first.retention}\n"]
    lines += ["| kind | about | sentence | in a case |", "|---|---|---|---|"]
    lines += [f"| `{kind.code}` | {kind.subject} | {kind.sentence} | {kind.case_sentence or ''} |" for kind in kinds]
    return "\n".join(lines) + "\n"
