"""Views call actions, never each other."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from architecture.source import CHECKOUT, Module, modules
from django.urls import URLPattern, URLResolver, get_resolver

#: Parts of a larger action that knows of more, and who may call each.
PART_OF = {
    "casework.cases.actions.mark_closed": {"handoff.referrals.centre_actions"},
    "hotline.contacts.actions.end_logging": {"hotline.contacts.callbacks"},
}


def _callbacks(resolver: URLResolver) -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _callbacks(one)
        elif isinstance(one, URLPattern):
            view = inspect.unwrap(one.callback)
            yield f"{view.__module__}.{view.__qualname__}"


@cache
def views() -> frozenset[str]:
    """Dotted names of the functions that have an address."""
    ours = {f"{module.name}.{name}" for module in modules().values() for name in module.functions}
    return frozenset(_callbacks(get_resolver())) & ours


def misuses(module: Module) -> Iterator[str]:
    """Calls of a view, and reads of a status code where views are."""
    has_views = any(f"{module.name}.{name}" in views() for name in module.functions)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = _name_of(module, node.func)
            if name in views():
                yield f"{module.name}:{node.lineno} calls the view {name}"
        elif isinstance(node, ast.Attribute) and node.attr == "status_code" and has_views:
            yield f"{module.name}:{node.lineno} reads a status code"


def _name_of(module: Module, called: ast.expr) -> str:
    """The dotted name of what is called: a function of the module, an imported one, or one of an imported module."""
    if isinstance(called, ast.Name):
        return module.imports.get(called.id, f"{module.name}.{called.id}")
    if isinstance(called, ast.Attribute):
        owner = _name_of(module, called.value)
        return f"{owner}.{called.attr}" if owner else ""
    return ""


def test_no_view_calls_a_view_or_reads_a_status_code() -> None:
    assert len(views()) > 100
    assert [one for module in modules().values() for one in misuses(module)] == []


def test_a_view_that_calls_a_view_would_be_found() -> None:
    source = "\n".join(
        [
            "from triage import views as triage",
            "from triage.views import finish as end",
            "def complete_triage(request, contact_id):",
            "    answer = triage.finish(request, contact_id)",
            "    other = end(request, contact_id)",
            "    own = open_case(request, contact_id)",
            "    return answer if answer.status_code < 400 else other",
            "def open_case(request, pk): ...",
        ]
    )
    example = Example(Path(CHECKOUT / "casework/cases/triage_end.py"), source)
    assert [one.partition(":")[2] for one in sorted(misuses(example))] == [
        "4 calls the view triage.views.finish",
        "5 calls the view triage.views.finish",
        "6 calls the view casework.cases.triage_end.open_case",
        "7 reads a status code",
    ]


class Example(Module):
    """A module with another text than its file has."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(path)
        self.__dict__["text"] = text


def test_a_part_of_an_action_is_called_by_the_action_alone() -> None:
    users = {
        part: {m.name for m in modules().values() if part in m.imports.values() or _names_part(m, part)}
        for part in PART_OF
    }
    assert users == PART_OF


def _names_part(module: Module, part: str) -> bool:
    """``actions.mark_closed`` of an imported module."""
    named = (node for node in ast.walk(module.tree) if isinstance(node, ast.Attribute))
    return any(_name_of(module, node) == part for node in named)
