"""What belongs to a dossier. Each app declares its part in a module ``retention.py``; erasing is made from all of them.

A dossier is what is encrypted with a set of data keys: those of a contact, and of all that is tied to it. In the SQL,
``keys`` (uuid[]) are its data keys, ``about`` (uuid) is the contact or case that names it, and ``subjects`` (uuid[])
are the ids of all its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

OF_KEY = "data_key_id = any(keys)"


@dataclass(frozen=True)
class Rows:
    """Rows of a table that are deleted with the dossier, in the declared order; those of later apps first.

    ``names_dossier``: whether its id names a dossier. ``has_events``: whether events may be about its id.
    """

    table: str
    where: str = OF_KEY
    names_dossier: bool = False
    has_events: bool = True


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

    ``key``: the primary key. ``where``: what else has to be true of the row.
    """

    table: str
    start: str
    empties: tuple[str, ...] = ()
    key: str = "id"
    where: str = "true"


@dataclass(frozen=True)
class Part:
    """An app's part of a dossier, and what else of its tables is not kept.

    ``ties``: queries for data keys that belong to the same dossier. ``locks``: queries that lock rows meanwhile.
    ``busy``: conditions under which it is not erased yet. ``afterwards``: statements that keep what outlives the rows.
    ``needs``: privileges of lotse_policy for all this, beside reading and deleting.
    """

    rows: tuple[Rows, ...] = ()
    ties: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()
    afterwards: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    sweeps: tuple[Sweep, ...] = ()


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
        rows = self.rows
        named = [one for one in rows if one.names_dossier]
        return {
            "SEEDS": "\n        union ".join(f"select data_key_id from {one.table} where id = about" for one in named),
            "CENTRES": "\n        union ".join(f"select centre_id from {one.table} where id = about" for one in named),
            "TIES": "\n        union ".join(tie for part in self.parts for tie in part.ties),
            "SUBJECTS": "\n        union ".join(
                f"select id from {one.table} where {one.where}" for one in rows if one.has_events
            ),
            "LOCK_NAMED": "\n".join(
                f"    perform from {one.table} where {one.where} order by id for update;" for one in named
            ),
            "LOCK": "\n".join(f"    perform {one};" for part in self.parts for one in part.locks),
            "BUSY": "\n        or ".join(f"({one})" for part in self.parts for one in part.busy),
            "DELETE": "\n".join(f"    delete from {one.table} where {one.where};" for one in rows),
            "AFTERWARDS": "\n".join(f"    {one};" for part in self.parts for one in part.afterwards),
            "GRANTS": "\n".join(
                [
                    f"grant delete on {', '.join(one.table for one in rows)} to lotse_policy;",
                    f"grant update (id) on {', '.join(one.table for one in named)} to lotse_policy; -- to lock them",
                    *(f"grant {need} to lotse_policy;" for part in self.parts for need in part.needs),
                ]
            ),
            "REVOKES": "\n".join(
                [
                    f"revoke delete on {', '.join(one.table for one in rows)} from lotse_policy;",
                    f"revoke update (id) on {', '.join(one.table for one in named)} from lotse_policy;",
                    *(f"revoke {need} from lotse_policy;" for part in self.parts for need in part.needs),
                ]
            ),
        }


def dossier() -> Dossier:
    return Dossier(list(_declared()))


def _declared() -> Iterator[Part]:
    for config in apps.get_app_configs():
        if config.module is not None and module_has_submodule(config.module, "retention"):
            yield import_module(f"{config.name}.retention").PART
