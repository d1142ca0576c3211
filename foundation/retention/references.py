"""References of contacts and cases, such as C-12, for people who may not read them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable

from django.db import connection

REFERENCE = re.compile(r"\s*([A-Za-z])\s*-?\s*([0-9]{1,15})\s*")


def dossier_named(text: str) -> uuid.UUID | None:
    """The contact or case with this reference or id in the actor's centres; None if there is none."""
    found = REFERENCE.fullmatch(text)
    if found:
        rows = _ask(found[1].upper(), int(found[2]), [])
        return next(iter(rows), None)
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        return None


def references(subjects: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The references of those that have one and still exist."""
    return _ask("", 0, list(subjects))


def _ask(letter: str, number: int, ids: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    with connection.cursor() as cursor:
        cursor.execute("select subject, reference from ntk.numbered(%s, %s, %s::uuid[])", [letter, number, ids])
        return dict(cursor.fetchall())
