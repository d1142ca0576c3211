"""Who may read and write which row: declared by each app in its ``policies.py``, enforced by PostgreSQL.

A condition is SQL over the row's columns and the functions of schema ``ntk`` (need to know). Those return scalars or
arrays and stand in sub-selects, so that PostgreSQL evaluates them once per query and can still use an index:
``centre_id = any((select ntk.orgs_as('coordinator'))::bigint[])``.

``makemigrations`` compares the declarations with what the migrations say and writes the difference; ``manage policies``
writes docs/policies.md and compares the declarations with a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType

from django.apps import apps
from django.utils.module_loading import module_has_submodule
from django_migrate_sql.config import SQLItem

from .state_machines import StateMachine

COMMANDS = ("select", "insert", "update", "delete")
APPLICATION_ROLES = "lotse_web, lotse_worker"
#: Whom policies admit: for other logins no policy is asked, so that they need no right to call its functions.
POLICY_ROLES = f"{APPLICATION_ROLES}, lotse_owner"
#: SQL for triggers: functions that run as their owner, migrations and repairs are not asked.
BY_APPLICATION = "current_user in ('lotse_web', 'lotse_worker')"
REVERSE = "-- reverse\n"
CREATED = re.compile(r"create (?:or replace )?(?:function|type|table|sequence) ([\w.]+)")
NAMES = re.compile(r"\b(?:ntk\.)?\w+")
PLACEHOLDER = re.compile(r"\{([A-Z][A-Z_]*)\}")


@dataclass(frozen=True)
class Rule:
    """Whom a policy admits, in words and SQL. ``check``: the condition for the new row of an update, if it differs."""

    who: str
    sql: str
    check: str = ""


Rules = Sequence[Rule]


@dataclass(frozen=True)
class Protected:
    """A table with forced row-level security. Whatever is not declared is forbidden.

    ``append_only``: rows cannot be changed, whatever the policies say. ``update_columns``: the columns that may change.
    ``denied`` and ``granted``: privileges revoked from the application's roles, and granted to others.
    """

    table: str
    select: Rules = ()
    insert: Rules = ()
    update: Rules = ()
    delete: Rules = ()
    append_only: bool = False
    update_columns: Sequence[str] = ()
    denied: str = ""
    granted: Mapping[str, str] = field(default_factory=dict)

    @property
    def flags(self) -> str:
        """SQL: row-level security, and changes of the default privileges."""
        lines = [
            f"alter table {self.table} enable row level security",
            f"alter table {self.table} force row level security",
        ]
        if self.append_only or self.update_columns:
            lines.append(f"revoke update, delete, truncate on {self.table} from {APPLICATION_ROLES}")
        if self.update_columns:
            lines.append(f"grant update ({', '.join(self.update_columns)}) on {self.table} to {APPLICATION_ROLES}")
        if self.denied:
            lines.append(f"revoke {self.denied} on {self.table} from {APPLICATION_ROLES}")
        lines += [f"grant {what} on {self.table} to {role}" for role, what in self.granted.items()]
        return ";\n".join(lines) + ";\n"

    @property
    def flags_reverse(self) -> str:
        return (
            f"grant insert, update, delete on {self.table} to {APPLICATION_ROLES};\n"
            f"alter table {self.table} no force row level security;\n"
            f"alter table {self.table} disable row level security;\n"
        )


@dataclass(frozen=True)
class Addition:
    """Policies that an app adds to an earlier app's table, or to its own for another database role."""

    table: str
    name: str
    select: Rules = ()
    insert: Rules = ()
    update: Rules = ()
    delete: Rules = ()
    role: str = ""


@dataclass(frozen=True)
class Transitions:
    """A trigger that refuses a change of state which the table's machine does not declare, or not for this actor.

    ``who``: whom each name in the machine's transitions means. Its SQL is over the new row; ``old`` is the row before.
    ``marks``: columns that change together with the state only.
    """

    table: str
    machine: StateMachine
    who: Mapping[str, Rule]
    marks: Sequence[str] = ()

    @property
    def trigger(self) -> str:
        """SQL: the function and its triggers. Where no state changes they cost nothing."""
        starts = quoted(*sorted(self.machine.starts))
        changing = ["state", *self.marks]
        new, old = ("(" + ", ".join(f"{row}.{name}" for name in changing) + ")" for row in ("new", "old"))
        # A row that is stored late has taken its first step from there.
        begun = f" when 'INSERT' then {starts}" if self.machine.is_stored_late else ""
        return (
            f"create or replace function ntk.{self.table}_moves() returns trigger language plpgsql as $body$\n"
            f"declare\n    was text := case tg_op when 'UPDATE' then old.state{begun} end;\nbegin\n"
            + "".join(self._steps())
            + "    raise exception '% may not become % in this way, or not by whoever acts', coalesce(was, 'nothing'),"
            " new.state\n        using errcode = 'insufficient_privilege', table = tg_table_name;\n"
            "end\n$body$;\n"
            f"create or replace trigger {self.table}_starts before insert on {self.table} for each row\n"
            f"    when ({BY_APPLICATION} and new.state not in ({starts}))\n"
            f"    execute function ntk.{self.table}_moves();\n"
            f"create or replace trigger {self.table}_moves before update of {', '.join(changing)} on {self.table}\n"
            f"    for each row when ({BY_APPLICATION} and {new} is distinct from {old})\n"
            f"    execute function ntk.{self.table}_moves();\n"
        )

    def _steps(self) -> Iterator[str]:
        for name, rule in self.who.items():
            steps = [f"('{source}', '{target}')" for source, target, who in self.machine.arrows() if who == name]
            yield (
                f"    if (was, new.state) in ({', '.join(steps)})\n"
                f"        and (select {' '.join(rule.sql.split())} from (select new.*) {self.table})\n"
                "    then return new; end if;\n"
            )

    @property
    def trigger_reverse(self) -> str:
        return (
            f"drop trigger {self.table}_moves on {self.table};\ndrop trigger {self.table}_starts on {self.table};\n"
            f"drop function ntk.{self.table}_moves;\n"
        )


@dataclass(frozen=True)
class Unprotected:
    """Tables without row-level security, as a regular expression, with the reason."""

    tables: str
    why: str


Declaration = Protected | Addition | Transitions | Unprotected


@dataclass(frozen=True)
class SQLFile:
    """A file of an app's directory ``sql``: creates an object; SQL after a line ``-- reverse`` drops it."""

    name: str
    sql: str
    reverse: str

    @property
    def replaces(self) -> bool:
        """Whether a new version can replace the old one while policies depend on it."""
        return "create or replace " in self.sql and not re.search(r"create (?!or replace )|alter table", self.sql)


def orgs_as(*roles: str) -> str:
    """SQL: the organisations in which the actor has one of these roles, as an array."""
    return f"(select ntk.orgs_as({quoted(*roles)}))::bigint[]"


def is_service(*names: str) -> str:
    """SQL: the actor is one of these service users."""
    return f"(select ntk.service()) in ({quoted(*names)})"


def is_actor(column: str) -> str:
    """SQL: the column is the actor's id."""
    return f"{column} = (select ntk.actor())"


def quoted(*values: str) -> str:
    """SQL: a list of text literals. Only for codes from the source, never for input."""
    return ", ".join(f"'{value}'" for value in values)


def both(rule: Rule, who: str, sql: str) -> Rule:
    """The rule with one more condition."""
    return Rule(f"{rule.who}, {who}", f"({rule.sql}) and {sql}")


ANY_ACTOR = Rule("whoever acts", "(select ntk.actor()) is not null")


def service(*names: str) -> Rule:
    return Rule(f"the service {' or '.join(names)}", is_service(*names))


def at_the_centre(*roles: str, column: str = "centre_id") -> Rule:
    """People who have one of these roles at the centre in this column."""
    titles = {"handler": "handlers", "coordinator": "coordinators", "dpo": "data protection officers"}
    titles |= {"funder": "funders", "administrator": "administrators"}
    who = " and ".join(titles[role] for role in roles)
    return Rule(f"{who} of the centre", f"{column} = any({orgs_as(*roles)})")


def policy_statements(declared: Protected | Addition) -> tuple[str, str]:
    """SQL that creates the policies of a declaration, one a command, and SQL that drops them."""
    created, dropped = [], []
    for command in COMMANDS:
        rules: Rules = getattr(declared, command)
        if rules:
            name = policy_name(declared, command)
            created.append(
                f"create policy {name} on {declared.table} for {command}{clauses(declared, command, rules)};\n"
            )
            dropped.append(f"drop policy {name} on {declared.table};\n")
    return "".join(created), "".join(dropped)


def policy_name(declared: Protected | Addition, command: str) -> str:
    """PostgreSQL evaluates policies by name, last one first; the names put the table's own before added ones.

    The added ones query other tables and are slower.
    """
    if isinstance(declared, Addition):
        return f"{declared.table}_also_{command}_{declared.name}"
    return f"{declared.table}_{command}"


def clauses(declared: Protected | Addition, command: str, rules: Rules) -> str:
    role = (isinstance(declared, Addition) and declared.role) or POLICY_ROLES
    conditions = [rule.sql for rule in rules]
    checks = [rule.check or rule.sql for rule in rules]
    using = "" if command == "insert" else f" using (\n{alternatives(conditions)}\n)"
    check = f" with check (\n{alternatives(checks)}\n)" if command in ("insert", "update") else ""
    return f" to {role}{using}{check}"


def alternatives(conditions: Sequence[str]) -> str:
    return "    " + "\n    or ".join(f"({' '.join(condition.split())})" for condition in conditions)


def sql_files(folder: Path, values: Mapping[str, str]) -> Iterator[SQLFile]:
    """The files of a directory, with ``{NAME}`` replaced by a value. Raises KeyError for a name without one."""
    for path in sorted(folder.glob("*.sql")):
        text = PLACEHOLDER.sub(lambda found: values[found[1]], path.read_text(encoding="utf-8"))
        sql, _, reverse = text.partition(REVERSE)
        yield SQLFile(path.stem, sql, reverse)


#: Name of a created object to app label and item name. Filled in the order of INSTALLED_APPS.
_created: dict[str, tuple[str, str]] = {}


def declared_items(module: str, declarations: Sequence[Declaration], **values: str) -> list[SQLItem]:
    """SQL items of an app for ``makemigrations``: its files, and the flags and policies of its tables.

    ``values``: replacements of ``{NAME}`` in the files. An item depends on those that create the objects in its SQL.
    """
    config = apps.get_containing_app_config(module)
    assert config, module
    files = list(sql_files(Path(config.path) / "sql", values))
    for one in files:
        for name in CREATED.findall(one.sql):
            if _created.get(name, own := (config.label, one.name)) != own:
                raise LookupError(f"{own} creates {name}, which {_created[name]} creates already")
            _created[name] = own
    items = [item(config.label, one.name, one.sql, one.reverse, replace=one.replaces) for one in files]
    for declared in declarations:
        if isinstance(declared, Protected):
            # In place, so that what depends on the table stays. Revoking forgets the columns that were granted before.
            flags = item(config.label, declared.table, declared.flags, declared.flags_reverse, replace=True)
            items.append(flags)
            _created[declared.table] = (config.label, declared.table)
        elif isinstance(declared, Transitions):
            _created[f"ntk.{declared.table}_moves"] = (config.label, f"{declared.table}_transitions")
    ruled = [one for one in declarations if not isinstance(one, Unprotected) and rules_of(one)]
    return items + [rule_item(config.label, one) for one in ruled]


def rules_of(declared: Protected | Addition | Transitions) -> tuple[str, str] | None:
    """SQL that creates policies, or the trigger of a machine, and SQL that drops them; None if there are none."""
    if isinstance(declared, Transitions):
        return declared.trigger, declared.trigger_reverse
    created, dropped = policy_statements(declared)
    return (created, dropped) if created else None


def rule_item(label: str, declared: Protected | Addition | Transitions) -> SQLItem:
    created, dropped = rules_of(declared) or ("", "")
    if isinstance(declared, Transitions):
        return item(label, f"{declared.table}_transitions", created, dropped, replace=True)
    added = f"_{declared.name}" if isinstance(declared, Addition) else ""
    return item(label, f"{declared.table}_policies{added}", created, dropped)


def item(label: str, name: str, sql: str, reverse: str, *, replace: bool = False) -> SQLItem:
    return SQLItem(name, sql, reverse, needs(sql, besides=(label, name)), replace=replace)


def needs(sql: str, *, besides: tuple[str, str]) -> list[tuple[str, str]]:
    """The items that create the objects in the SQL. Raises LookupError for a function that no earlier app declares."""
    code = re.sub(r"--.*", "", sql)
    found = {_created[name] for name in NAMES.findall(code) if name in _created}
    unknown = {name for name in NAMES.findall(code) if name.startswith("ntk.")} - _created.keys()
    if unknown:
        raise LookupError(f"{besides} names {sorted(unknown)}, which no app declares up to here")
    return sorted(found - {besides})


def policy_modules() -> dict[str, ModuleType]:
    """The ``policies.py`` of each app that has one, by label."""
    return {
        config.label: import_module(f"{config.name}.policies")
        for config in apps.get_app_configs()
        if config.module and module_has_submodule(config.module, "policies")
    }


def all_sql_items() -> list[SQLItem]:
    return [one for module in policy_modules().values() for one in module.sql_items]
