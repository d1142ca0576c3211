"""States are named in one place: outside ``states.py`` no SQL, model, policy, figure or action writes one as text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from architecture.source import CHECKOUT, modules, templates
from django.apps import apps

from foundation.privacy.state_machines import all_machines

#: The states of each table that has some.
OF_TABLE = {
    model._meta.db_table: {code for code, _label in field.flatchoices}
    for model in apps.get_models()
    for field in model._meta.concrete_fields
    if field.name == "state" and field.flatchoices
}
EVERY_STATE = {str(state) for machine in all_machines() for state in machine.states.values}
#: Literals that are no state: the result of a case, what stands under a key of JSON, a field of a row as JSON.
NO_STATE = re.compile(r"(?:\bthen|\belse|-)\s*'\w+'|->>\s*'\w+'(?:\s*=\s*'\w+')?")
#: A column called state, compared with a literal.
COMPARED = re.compile(r"\bstate(?:::\w+)?\s*(?:=|<>|!=|in|not in|is distinct from)\s*\(?\s*'(\w+)'", re.IGNORECASE)
#: The variables of templates that have a state, and their machines.
IN_TEMPLATES = {
    "contact": "ContactState",
    "callback": "CallbackState",
    "message": "MessageState",
    "call": "CallState",
    "last": "CallState",
    "telephone_bar.talk.call": "CallState",
    "partner": "LegState",
    "talk.handler": "LegState",
    "agent": "AgentState",
    "assessment": "AssessmentState",
    "action": "ActionState",
    "one.action": "ActionState",
    "one.question": "QuestionState",
    "referral": "ReferralState",
    "live": "ReferralState",
}


def states_in_sql(sql: str) -> set[str]:
    """The literals in it that are states of a table that it names."""
    code = NO_STATE.sub("", re.sub(r"--.*", "", sql))
    states = set().union(*(states for table, states in OF_TABLE.items() if re.search(rf"\b{table}\b", code)))
    return {text for text in re.findall(r"'(\w+)'", code) if text in states}


def states_in_python(tree: ast.AST) -> list[str]:
    """State given to a query, compared with an attribute, or written in SQL, as text."""
    return [text for node in ast.walk(tree) for text in _texts(node) if text in EVERY_STATE]


def _texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.keyword) and re.fullmatch(r"(\w+__)?state(__in)?", node.arg or ""):
        yield from _constants(node.value)
    elif isinstance(node, ast.Compare) and any(is_state(one) for one in [node.left, *node.comparators]):
        for one in [node.left, *node.comparators]:
            yield from _constants(one)
    elif isinstance(node, ast.Assign) and any(is_state(one) for one in node.targets):
        yield from _constants(node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from COMPARED.findall(node.value)


def is_state(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "state"


def _constants(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Subscript | ast.Call):
        yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def lists_of_states(tree: ast.AST) -> list[str]:
    """Several states of a machine, one after the other: a set that has no name."""
    names = {machine.states.__name__ for machine in all_machines()}
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.List | ast.Tuple | ast.Set)
        and sum(isinstance(one, ast.Attribute) and ast.unparse(one.value) in names for one in node.elts) > 1
    ]


def sql_files() -> list[Path]:
    return [path for path in sorted(CHECKOUT.glob("*/**/sql/*.sql")) if ".venv" not in path.parts]


def test_no_sql_file_names_a_state_as_text() -> None:
    found = {str(path.relative_to(CHECKOUT)): states_in_sql(path.read_text(encoding="utf-8")) for path in sql_files()}
    assert len(found) > 30
    assert {path: states for path, states in found.items() if states} == {}


def test_no_module_names_a_state_as_text() -> None:
    found = {
        str(module.path.relative_to(CHECKOUT)): states_in_python(module.tree)
        for module in modules().values()
        if module.path.name != "states.py"
    }
    assert {path: states for path, states in found.items() if states} == {}


def test_sets_of_states_have_their_names_in_states_py() -> None:
    found = {
        module.name: lists_of_states(module.tree) for module in modules().values() if module.path.name != "states.py"
    }
    assert {name: lists for name, lists in found.items() if lists} == {}
    assert lists_of_states(ast.parse("x in (CallState.MENU, CallState.WAITING)"))
    assert lists_of_states(ast.parse("{CallState.MENU, CallState.WAITING, *MORE}"))


def test_templates_compare_a_state_only_with_one_that_its_machine_has() -> None:
    states = {machine.states.__name__: machine.states.values for machine in all_machines()}
    found = {
        (variable, text)
        for path in templates()
        if path.suffix == ".html"
        for variable, text in re.findall(r'([\w.]+)\.state [=!]= "(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert {variable for variable, _text in found} == set(IN_TEMPLATES)
    assert [one for one in sorted(found) if one[1] not in states[IN_TEMPLATES[one[0]]]] == []


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 from handoff_referral where state = 'draft'",
        "select 1 from handoff_referral r where r.state in ('offered', 'x')",
        "create trigger x before update on triage_assessment when (new.state not in (old.state, 'superseded'))",
        "-- words\nselect 1 from publishing_release where state <> 'prepared'",
    ],
)
def test_a_state_as_text_in_sql_is_seen(sql: str) -> None:
    assert states_in_sql(sql)


@pytest.mark.parametrize(
    "source",
    [
        "Q(state='draft')",
        "Q(referral__state__in=['draft', 'x'])",
        "contact.state == 'draft'",
        "contact.state in ('draft', 'x')",
        "contact.state = 'draft'",
        "sql = 'select 1 where r.state = \\'draft\\''",
        "sql = f\"select {x} where n.state in ('draft')\"",
    ],
)
def test_a_state_as_text_in_python_is_seen(source: str) -> None:
    assert states_in_python(ast.parse(source)) == ["draft"]
