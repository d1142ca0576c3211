"""The lists of caller types and topics as the form needs them, read together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import cached_property
from django.utils.translation import get_language

# In SQL, because Django takes longer to build the union than PostgreSQL needs for it.
TERMS = """
    select code, label_en, label_fr, label_de, position, is_retired, parent_id, false as is_topic
    from hotline_callertype
    union all
    select code, label_en, label_fr, label_de, position, is_retired, null, true from hotline_topic
    order by position, code"""


@dataclass(frozen=True)
class Entry:
    """An entry in the active language; no model, because forty of them take a twentieth of a request."""

    code: str
    label: str
    is_retired: bool
    parent_id: str | None


class Terms:
    """Caller types and topics, read by one query when the first of them is needed."""

    @cached_property
    def _rows(self) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(TERMS)
            return list(cursor.fetchall())

    @cached_property
    def caller_types(self) -> list[Entry]:
        return self._entries(is_topic=False)

    @cached_property
    def topics(self) -> list[Entry]:
        return self._entries(is_topic=True)

    def _entries(self, *, is_topic: bool) -> list[Entry]:
        return [
            Entry(code, label_of(*labels), is_retired, parent_id)
            for code, *labels, _position, is_retired, parent_id, of_topic in self._rows
            if of_topic == is_topic
        ]


def label_of(english: str, french: str, german: str) -> str:
    """The label in the active language; English if it has none."""
    return {"fr": french, "de": german}.get((get_language() or "")[:2]) or english
