"""What belongs to a dossier. Each app declares its part in a module ``retention.py``; erasing is made from all of them.

A dossier is what is encrypted with a set of data keys: those of a contact, and of all that is tied to it. In the SQL,
``keys`` (uuid[]) are its data keys, ``about`` (uuid) is the contact or case that names it, and ``subjects`` (uuid[])
are the ids of all its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.module_loading import module_has_submodule

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

OF_KEY = "data_key_id = any(keys)"


@dataclass(frozen=True)
class Rows:
    """Rows of a table that are deleted with the dossier, in the declared order; those of later apps first.

    ``title``: of such a row in the copy for a person (GDPR art. 15). ``not_copied``: why there is none instead.
    ``names_dossier``: whether its id names a dossier. ``letter``: of its reference, such as C in C-12.
    ``has_events``: whether events may be about its id.
    """

    table: str
    where: str = OF_KEY
    names_dossier: bool = False
    letter: str = ""
    has_events: bool = True
    title: StrPromise | str = ""
    not_copied: str = ""


@dataclass(frozen=True)
class Kind:
    """Dossiers that become due by themselves. ``rows``: a query for id, centre_id, data_key_id and ``since``, the
    moment from which the period of this name counts; null as long as it is in use.
    """

    name: str
    rows: str


@dataclass(frozen=True)
class Sweep:
    """Rows that are deleted, or of which ``empties`` are emptied, some time after the moment in the column ``start``.

    ``key``: the primary key. ``sets``: other columns that change with it. ``of_dossier``: whether ``data_key_id`` is a
    dossier's, so that a hold keeps the row.
    """

    table: str
    start: str
    empties: tuple[str, ...] = ()
    key: str = "id"
    sets: str = ""
    of_dossier: bool = False

    @property
    def name(self) -> str:
        return ".".join([self.table, *self.empties])

    @property
    def statement(self) -> str:
        """SQL of one batch; ``before`` (timestamptz), ``most`` (integer) and ``held`` (uuid[]) are given."""
        free = " and data_key_id <> all(held)" if self.of_dossier else ""
        some = " or ".join(f"{column} is not null" for column in self.empties)
        full = f" and ({some})" if some else ""
        old = (
            f"select {self.key} from {self.table} where {self.start} < before{free}{full}"
            f"\n            order by {self.start} limit most for update skip locked"
        )
        if not self.empties:
            return f"delete from {self.table} where {self.key} in (\n            {old})"
        changes = ", ".join([*(f"{column} = null" for column in self.empties), *([self.sets] if self.sets else [])])
        return f"update {self.table} set {changes} where {self.key} in (\n            {old})"

    @property
    def privilege(self) -> str:
        columns = [*self.empties, *(change.split(" = ")[0] for change in self.sets.split(", ") if change)]
        return f"update ({', '.join(columns)}) on {self.table}" if self.empties else f"delete on {self.table}"


@dataclass(frozen=True)
class Part:
    """An app's part of a dossier, and what else of its tables is not kept.

    ``ties``: queries for data keys that belong to the same dossier. ``locks``: queries that lock rows meanwhile.
    ``busy``: conditions under which it is not erased yet. ``afterwards``: statements that keep what outlives the rows.
    ``needs``: privileges of lotse_policy for all this, beside reading and deleting. ``recipients``: queries for the
    organisations (id) that something was passed on to, and when.
    """

    rows: tuple[Rows, ...] = ()
    ties: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    afterwards: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dossier:
    """The parts of all apps, in the order of INSTALLED_APPS."""

    parts: list[Part] = field(default_factory=list)

    @property
    def rows(self) -> list[Rows]:
        return [rows for part in reversed(self.parts) for rows in part.rows]

    @property
    def kinds(self) -> list[Kind]:
        return [kind for part in self.parts for kind in part.kinds]

    @property
    def sweeps(self) -> list[Sweep]:
        return [sweep for part in self.parts for sweep in part.sweeps]

    def values(self) -> dict[str, str]:
        """What the files in ``sql/`` leave open, by name."""
        named = [one for one in self.rows if one.names_dossier]
        return {
            "SEEDS": _union(f"select data_key_id from {one.table} where id = about" for one in named),
            "CENTRES": _union(f"select centre_id from {one.table} where id = about" for one in named),
            "NUMBERED": "\n        union all ".join(
                f"select '{one.letter}' as letter, number, id, centre_id from {one.table}"
                for one in named
                if one.letter
            ),
            "TIES": _union(tie for part in self.parts for tie in part.ties),
            "SUBJECTS": _union(f"select id from {one.table} where {one.where}" for one in self.rows if one.has_events),
            "MEMBERS": "\n        union all ".join(
                f"select '{kind.name}' as kind, m.* from ({kind.rows}) m (id, centre_id, data_key_id, since)"
                for kind in self.kinds
            ),
            "LOCK_NAMED": "\n".join(
                f"    perform from {one.table} where {one.where} order by id for update;" for one in named
            ),
            "LOCK": "\n".join(f"    perform {one};" for part in self.parts for one in part.locks),
            "BUSY": "\n        or ".join(f"({one})" for part in self.parts for one in part.busy),
            "DELETE": "\n".join(f"    delete from {one.table} where {one.where};" for one in self.rows),
            "COPIED": "\n        union all ".join(
                f"select '{one.table}', to_jsonb(t) from {one.table} t where {one.where}"
                for one in reversed(self.rows)
                if one.title
            ),
            "RECIPIENTS": "\n        union all ".join(query for part in self.parts for query in part.recipients),
            "AFTERWARDS": "\n".join(f"    {one};" for part in self.parts for one in part.afterwards),
            "SWEEPS": "\n".join(f"        when '{one.name}' then\n            {one.statement};" for one in self.sweeps),
            **self._privileges(),
        }

    def _privileges(self) -> dict[str, str]:
        """Of the functions' owner, for erasing and for sweeping. Locking a row needs the right to change a column."""
        every = ", ".join(one.table for one in self.rows)
        named = ", ".join(one.table for one in self.rows if one.names_dossier)
        erasing = [
            f"delete on {every}",
            f"update (id) on {named}",
            *(need for part in self.parts for need in part.needs),
        ]
        locks = [f"update ({sweep.key}) on {sweep.table}" for sweep in self.sweeps]
        sweeping = [*(sweep.privilege for sweep in self.sweeps), *locks]
        kept = [one for one in sweeping if not one.startswith("delete on")]  # also needed for erasing
        return {
            "GRANTS": "\n".join(f"grant {one} to lotse_policy;" for one in erasing),
            "REVOKES": "\n".join(f"revoke {one} from lotse_policy;" for one in erasing),
            "SWEEP_GRANTS": "\n".join(f"grant {one} to lotse_policy;" for one in sweeping),
            "SWEEP_REVOKES": "\n".join(f"revoke {one} from lotse_policy;" for one in kept),
        }


def _union(queries: Iterable[str]) -> str:
    return "\n        union ".join(queries)


def dossier() -> Dossier:
    return Dossier(list(_declared()))


def _declared() -> Iterator[Part]:
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "retention"):
            yield import_module(f"{config.name}.retention").PART
