"""A system check: each field of each table has a rule that can be carried out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.postgres.fields import ArrayField
from django.core.checks import CheckMessage, Error
from django.db import models
from django.utils.module_loading import import_string

from foundation.privacy.fields import EncryptedField

from .dossiers import Dossier, dossier
from .rules import PLACE, BadRules, Rule, Rules, rules

#: The one column that is emptied, not deleted, with a dossier.
PAYLOAD = ("journal_event", "data")


def check_rules(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """One error for each problem."""
    try:
        found = list(problems(rules(), dossier()))
    except BadRules as error:
        found = [str(error)]
    return [Error(f"{PLACE.name}: {problem}", id="retention.E001") for problem in found]


def problems(given: Rules, declared: Dossier) -> Iterator[str]:
    """One sentence each."""
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    yield from (f"there is no table {table}" for table in given.fields.keys() - tables.keys())
    for table, model in sorted(tables.items()):
        of_table = given.fields.get(table, {})
        columns = {column.name: column for column in model._meta.concrete_fields}
        yield from (f"{table}.{name} has no rule" for name in columns.keys() - of_table.keys())
        yield from (f"{table} has no field {name}" for name in of_table.keys() - columns.keys())
        known = {name: rule for name, rule in of_table.items() if name in columns}
        yield from _of_rows(table, known, declared)
        for name, rule in known.items():
            yield from _of_field(f"{table}.{name}", table, columns, columns[name], rule, declared)
    used = {rule.name for of_table in given.fields.values() for rule in of_table.values()}
    yield from (f"no field has the rule {name}" for name in given.rules.keys() - used)
    yield from _of_dossiers(given, declared)
    yield from _of_names(given)
    yield from _in_clear(given, declared)


def _in_clear(given: Rules, declared: Dossier) -> Iterator[str]:
    """Texts of dossiers are encrypted, or it is said why not. Codes of a list are no texts."""
    of_dossiers = {rows.table for rows in declared.rows} | {PAYLOAD[0]}
    found = {
        f"{model._meta.db_table}.{column.name}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table in of_dossiers or any(one.name == "data_key" for one in model._meta.concrete_fields)
        for column in model._meta.concrete_fields
        if is_clear_text(column)
    }
    yield from (f"{place} is neither encrypted nor justified (clear)" for place in found - given.clear.keys())
    yield from (f"clear: {place} is no text in clear" for place in given.clear.keys() - found)


def is_clear_text(column: Any) -> bool:
    kinds = (models.CharField, models.TextField, models.JSONField, ArrayField, models.BinaryField)
    inner = column.base_field if isinstance(column, ArrayField) else column
    return isinstance(column, kinds) and not isinstance(column, EncryptedField) and not inner.choices


def _of_rows(table: str, of_table: Mapping[str, Rule], declared: Dossier) -> Iterator[str]:
    """Rows are deleted whole, and what belongs to a dossier leaves nothing."""
    deleting = {rule.name for rule in of_table.values() if rule.action == "delete"}
    if deleting and any(rule.action == "keep" for rule in of_table.values()):
        yield f"{table}: some fields are deleted and others kept, but rows are deleted whole"
    if len(deleting) > 1:
        yield f"{table}: a row can be deleted by one rule only, not by {', '.join(sorted(deleting))}"
    if table in {rows.table for rows in declared.rows} and not deleting:
        yield f"{table} is deleted with dossiers, but its rules say otherwise"


def _of_field(
    where: str, table: str, columns: Mapping[str, Any], column: Any, rule: Rule, declared: Dossier
) -> Iterator[str]:
    if rule.together and rule.action == "delete" and table not in {rows.table for rows in declared.rows}:
        yield f"{where}: no app's retention.py deletes {table} with a dossier"
    if rule.together and rule.action == "empty" and (table, column.name) != PAYLOAD:
        yield f"{where}: only the payload of events is emptied with a dossier"
    if rule.action == "empty" and rule.after and not _can_be_empty(column):
        yield f"{where} cannot be empty"
    if rule.after:
        start = columns.get(rule.start)
        if not isinstance(start, models.DateField):
            yield f"{where}: {rule.start} is no moment of {table}"
        if not any(
            (sweep.table, sweep.start) == (table, start and start.column)
            and (rule.action == "delete" or column.column in sweep.empties)
            and (rule.action == "delete") == (not sweep.empties)
            for sweep in declared.sweeps
        ):
            yield f"{where}: no app's retention.py can {rule.action} it by {rule.start}"


def _can_be_empty(column: Any) -> bool:
    return isinstance(column, EncryptedField) or column.null


def _of_dossiers(given: Rules, declared: Dossier) -> Iterator[str]:
    kinds = {kind.name for kind in declared.kinds}
    yield from (f"dossiers: the period of {name} is missing" for name in kinds - given.dossiers.keys())
    yield from (f"dossiers: no app declares {name}" for name in given.dossiers.keys() - kinds)


def _of_names(given: Rules) -> Iterator[str]:
    for rule in given.rules.values():
        try:
            if rule.by:
                import_string(rule.by)
        except ImportError:
            yield f"rules: {rule.name}: there is no {rule.by}"
