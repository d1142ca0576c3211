"""Reads config/data_retention.yaml: how long each field of each table is kept, and what happens then."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

PLACE = Path(settings.BASE_DIR) / "config" / "data_retention.yaml"
ACTIONS = ("delete", "empty", "keep")
PERIOD = re.compile(r"[1-9][0-9]* (day|month|year)s?")
KEYS = {"action", "with", "after", "from", "by", "why"}


class BadRules(ValueError):
    """The file is not one of rules. The message says where."""


@dataclass(frozen=True)
class Rule:
    """What happens to a field, and when.

    ``together``: "dossier" if it goes with the whole dossier. ``after``: a period as PostgreSQL reads it, counted from
    the column ``start`` of the row; a row without that moment stays. ``by``: the dotted name of what else does it.
    """

    name: str
    action: str
    why: str
    together: str = ""
    after: str = ""
    start: str = ""
    by: str = ""

    @property
    def words(self) -> str:
        """When, in a few words, for the data dictionary."""
        if self.action == "keep":
            return "kept"
        done = {"delete": "deleted", "empty": "emptied"}[self.action]
        if self.together:
            return f"{done} with the dossier"
        return f"{done} {self.after} after `{self.start}`" if self.after else f"{done} by `{self.by}`"


@dataclass(frozen=True)
class Rules:
    """``dossiers``: the period of each kind of dossier. ``fields``: rules by table and field.

    ``warn_before``: how long before a dossier is due its coordinators are told. ``elsewhere``: what is not in a table.
    ``clear``: why a text of a dossier is not encrypted, by "table.field".
    """

    warn_before: str
    dossiers: Mapping[str, str]
    rules: Mapping[str, Rule]
    fields: Mapping[str, Mapping[str, Rule]]
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    clear: Mapping[str, str] = field(default_factory=dict)


@cache
def rules() -> Rules:
    """The installation's rules. Raises BadRules."""
    return read(PLACE.read_text(encoding="utf-8"))


def read(text: str) -> Rules:
    """Raises BadRules."""
    try:
        given = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadRules(str(error)) from error
    if not isinstance(given, dict):
        raise BadRules("a mapping is expected")
    parts = ("warn_before", "dossiers", "rules", "elsewhere", "clear", "tables")
    if set(given) != set(parts):
        raise BadRules(f"{', '.join(parts)} are expected, not {', '.join(map(str, given))}")
    named = {str(name): _rule(str(name), spec) for name, spec in _mapping(given["rules"], "rules").items()}
    dossiers = {
        str(name): _period(period, f"dossiers: {name}")
        for name, period in _mapping(given["dossiers"], "dossiers").items()
    }
    tables = _mapping(given["tables"], "tables")
    return Rules(
        warn_before=_period(given["warn_before"], "warn_before"),
        dossiers=dossiers,
        rules=named,
        fields={str(table): dict(_fields(str(table), groups, named)) for table, groups in tables.items()},
        clear=dict(_in_clear(given["clear"])),
        elsewhere={str(what): str(kept) for what, kept in _mapping(given["elsewhere"], "elsewhere").items()},
    )


def _rule(name: str, spec: Any) -> Rule:
    spec = _mapping(spec, f"rules: {name}")
    where = f"rules: {name}"
    if unknown := set(spec) - KEYS:
        raise BadRules(f"{where}: {', '.join(sorted(map(str, unknown)))} is not known")
    if spec.get("action") not in ACTIONS:
        raise BadRules(f"{where}: the action is one of {', '.join(ACTIONS)}")
    if not str(spec.get("why") or "").strip():
        raise BadRules(f"{where}: the reason (why) is missing")
    ways = [way for way in ("with", "after", "by") if spec.get(way)]
    if len(ways) != (spec["action"] != "keep"):
        raise BadRules(f"{where}: a rule that keeps has none of with, after and by; each other one has one of them")
    if bool(spec.get("after")) != bool(spec.get("from")):
        raise BadRules(f"{where}: after and from belong together")
    if spec.get("with") not in (None, "dossier"):
        raise BadRules(f"{where}: with is dossier")
    after = _period(spec["after"], where) if spec.get("after") else ""
    return Rule(
        name, spec["action"], str(spec["why"]).strip(), str(spec.get("with") or ""), after,
        str(spec.get("from") or ""), str(spec.get("by") or ""),
    )  # fmt: skip


def _in_clear(given: Any) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for reason, places in _mapping(given, "clear").items():
        if not isinstance(places, list):
            raise BadRules(f"clear: {reason}: a list of table.field is expected")
        for place in map(str, places):
            if place in seen:
                raise BadRules(f"clear: {place} has two reasons")
            seen.add(place)
            yield place, str(reason)


def _fields(table: str, groups: Any, named: Mapping[str, Rule]) -> Iterator[tuple[str, Rule]]:
    seen: set[str] = set()
    for name, columns in _mapping(groups, f"tables: {table}").items():
        if name not in named:
            raise BadRules(f"tables: {table}: there is no rule {name}")
        if not isinstance(columns, list):
            raise BadRules(f"tables: {table}: {name}: a list of fields is expected")
        for column in map(str, columns):
            if column in seen:
                raise BadRules(f"tables: {table}: {column} has two rules")
            seen.add(column)
            yield column, named[name]


def _mapping(value: Any, where: str) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise BadRules(f"{where}: a mapping is expected")
    return value


def _period(value: Any, where: str) -> str:
    if not PERIOD.fullmatch(str(value)):
        raise BadRules(f"{where}: a period such as '90 days', '6 months' or '3 years' is expected, not {value!r}")
    return str(value)
