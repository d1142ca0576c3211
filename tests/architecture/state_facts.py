"""What is made from the states, as JSON: run in a copy of the checkout, without servers (see state_copy.py)."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402  after the settings
from django.db.models import Q  # noqa: E402
from django.utils import timezone  # noqa: E402

from foundation.accounts.models import Organisation  # noqa: E402
from foundation.privacy.rls import COMMANDS, Addition, Protected, all_sql_items, policy_modules  # noqa: E402
from foundation.privacy.state_machines import StateMachine, all_machines  # noqa: E402
from foundation.ui.templatetags.ui import TONES  # noqa: E402
from handoff.referrals.models import Referral  # noqa: E402
from handoff.referrals.states import EVER_TAKEN, WAITING, ReferralState  # noqa: E402
from handoff.referrals.timeline import waits_for, waits_for_partner_side  # noqa: E402
from reporting.figures.measures import BY_CODE, MEASURES  # noqa: E402
from reporting.figures.populations import counted_live  # noqa: E402

#: Literals that stand in one list: 'CallState.menu', 'CallState.waiting'.
LISTS = re.compile(r"'\w+State\.\w+'(?:,\s*'\w+State\.\w+')*")
Found = tuple[str, str, list[str]]


def main() -> None:
    print(
        json.dumps(
            {
                "machines": [machine_facts(machine) for machine in all_machines()],
                "conditions": [*constraints(), *policies(), *functions(), *figures(), *tables()],
                "tones": list(TONES),
                "told": [state for state in ReferralState.values if is_told(state)],
                "answers": [state for state in ReferralState.values if has_answer(state)],
            }
        )
    )


def machine_facts(machine: StateMachine) -> dict[str, Any]:
    return {
        "title": machine.title,
        "name": machine.states.__name__,
        "states": machine.states.values,
        "sets": [[str(state) for state in one] for one in machine.sets],
        "in_table": [str(state) for state in machine.transitions],
        "reached": [str(state) for state in machine.starts] + [target for _source, target, _label in machine.arrows()],
    }


def constraints() -> Iterator[Found]:
    """Not indexes: one that leaves a state out costs time, and lets nothing happen that may not."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            condition = getattr(constraint, "condition", None)
            for states in _lists_of(condition) if condition else ():
                yield "constraint", constraint.name, states


def _lists_of(condition: Q) -> Iterator[list[str]]:
    for child in condition.children:
        if isinstance(child, Q):
            yield from _lists_of(child)
        elif isinstance(child, tuple) and child[0] in ("state", "state__in"):
            value = child[1]
            yield [str(value)] if child[0] == "state" else [str(one) for one in value]


def policies() -> Iterator[Found]:
    for module in policy_modules().values():
        for declared in module.DECLARATIONS:
            if isinstance(declared, Protected | Addition):
                for command in COMMANDS:
                    for rule in getattr(declared, command):
                        for states in lists_in(f"{rule.sql}\n{rule.check}"):
                            yield "policy", f"{declared.table} {command}", states


def functions() -> Iterator[Found]:
    """The files of ``sql/``, filled in; policies stand apart, and triggers that name each transition of a machine."""
    for item in all_sql_items():
        if "create policy" not in item.sql and item.name != "counted" and not item.name.endswith("_transitions"):
            yield from (("function", item.name, states) for states in lists_in(item.sql))


def figures() -> Iterator[Found]:
    """The SQL of each measure, with its rows: ``ntk.counted`` is made from the same."""
    for measure in MEASURES:
        yield from (("figure", measure.code, states) for states in lists_in(counted_live([measure])))


def lists_in(sql: str) -> list[list[str]]:
    return [re.findall(r"'([^']+)'", found) for found in LISTS.findall(sql)]


def tables() -> Iterator[Found]:
    """Dictionaries by state, outside the declarations."""
    names = {one.states.__name__: one.states for one in all_machines()}
    for config in apps.get_app_configs():
        if not Path(config.path).is_relative_to(Path.cwd()):
            continue
        for path in sorted(Path(config.path).rglob("*.py")):
            if "migrations" not in path.parts:
                for name, enumeration, members in _tables_of(ast.parse(path.read_text(encoding="utf-8"))):
                    if enumeration in names and not name.endswith("TRANSITIONS"):
                        where = f"{path.relative_to(Path.cwd())} {name}"
                        yield "table", where, [str(names[enumeration][member]) for member in members]


def _tables_of(tree: ast.Module) -> Iterator[tuple[str, str, list[str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            keys = [ast.unparse(key).removesuffix(".value").split(".") for key in node.value.keys if key]
            if keys and all(len(key) == 2 and key[0].endswith("State") for key in keys):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                yield ast.unparse(target), keys[0][0], [key[1] for key in keys]


def is_told(state: str) -> bool:
    """Whether centre and partner are told in words where a referral in this state stands."""
    now = timezone.now()
    referral = Referral(state=state, organisation=Organisation(name="P"), due_at=now + timedelta(days=1))
    try:
        told = [waits_for(referral, now)]
        if state != ReferralState.DRAFT:
            told.append(waits_for_partner_side(referral, now))
    except (ValueError, KeyError, AssertionError):
        return False
    return all(told)


def has_answer(state: str) -> bool:
    """Whether the table of partners' answers has a line for it, as its SQL counts. A draft is not counted."""
    answer = "accepted" if state in EVER_TAKEN else "waiting" if state in WAITING else state
    return state == ReferralState.DRAFT or BY_CODE["referral_answer"].accepts(answer)


main()
