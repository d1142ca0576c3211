"""The lists of caller types and topics, read together."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.functional import cached_property

from .models import CallerType, Topic

# In SQL, because Django takes longer to build the union than PostgreSQL needs for it.
TERMS = """
    select code, label_en, label_fr, label_de, position, is_retired, parent_id, false as is_topic
    from hotline_callertype
    union all
    select code, label_en, label_fr, label_de, position, is_retired, null, true from hotline_topic
    order by position, code"""


class Terms:
    """Caller types and topics, read by one query when the first of them is needed."""

    @cached_property
    def _rows(self) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(TERMS)
            return list(cursor.fetchall())

    @property
    def caller_types(self) -> list[CallerType]:
        return [CallerType(*row[:-1]) for row in self._rows if not row[-1]]

    @property
    def topics(self) -> list[Topic]:
        return [Topic(*row[:-2]) for row in self._rows if row[-1]]
