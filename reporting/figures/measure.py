"""What a measure is: table, definition, keys, SQL and equations. Pure data.

A measure partitions what it counts in a month: each contact, referral, case and so on has exactly one key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from triage.vocabulary import Disposition

from .populations import Of

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Keys = tuple[tuple[str, "StrPromise | str"], ...]


class Source(StrEnum):
    """The source of a measure's keys if they are not in the code."""

    CODE = "code"
    CALLER_TYPES = "caller_types"
    CALLER_GROUPS = "caller_groups"
    REGIONS = "regions"


@dataclass(frozen=True)
class Term:
    """The number with one key of a measure. A key that begins with * is not published and occurs only in equations."""

    measure: str
    key: str


@dataclass(frozen=True)
class Equation:
    """The total equals the sum of its parts."""

    total: Term
    parts: tuple[Term, ...]


@dataclass(frozen=True)
class Share:
    """A percentage in the evaluation of a release: ``part`` of all, or of the keys of ``whole``."""

    code: str
    label: StrPromise
    part: tuple[str, ...]
    definition: StrPromise
    whole: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """``sql``: the key of a row ``n`` of its population (populations.py). ``label``: the title of its table.

    ``definition`` and ``bias``: what its table means and where it misleads, for readers. ``by_month``: has a column
    for each month, in a release of several. ``is_table``: False if it is only counted for other pages, not published.
    ``unsaid``: the key of imported contacts without a value; with it, the measure is a field of mapping files.
    ``imported``: computes the key of an imported contact from the fields; without it, the field of the same name.
    """

    code: str
    of: Of
    sql: str
    label: StrPromise
    definition: StrPromise
    bias: StrPromise | str = ""
    keys: Keys = ()
    source: Source = Source.CODE
    equations: tuple[Equation, ...] = ()
    share: Share | None = None
    unsaid: str = ""
    imported: Callable[[Mapping[str, str]], str] | None = None
    by_month: bool = False
    is_table: bool = True

    def accepts(self, key: str) -> bool:
        """Whether the key is valid; only for measures whose keys are in the code."""
        return any(key == known for known, _label in self.keys)

    def key_of_imported(self, fields: Mapping[str, str]) -> str:
        """The key of an imported contact. Raises KeyError if the measure does not define one."""
        return self.imported(fields) if self.imported else fields[self.code]


def equation(total: str, *parts: str) -> Equation:
    """An equation of terms that are written as measure.key."""
    first, *others = (Term(*name.split(".")) for name in (total, *parts))
    return Equation(first, tuple(others))


DISPOSITIONS: Keys = tuple((code, label) for code, label in Disposition.choices if code != Disposition.OPEN)
ASSESSED = _("From the assessment in force. Contacts that were not assessed are shown as such.")
