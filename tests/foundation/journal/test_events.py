"""The kinds of events: each is declared, written by an action, and described."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from architecture.source import Module, modules
from django.utils import translation
from people import People, new_id

from foundation.journal.actions import record
from foundation.journal.event_document import PATH, document
from foundation.journal.models import Event
from foundation.journal.registry import UnknownKind, all_kinds
from foundation.privacy.context import acting_as
from foundation.privacy.event_kinds import KEPT, WITH_DOSSIER, EventKind
from foundation.ui.templatetags.ui import icon

UNDECLARED = EventKind("contact.opened", "contact", "Opened", "phone", (), KEPT)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["contact.opened", "", None, UNDECLARED])
def test_undeclared_event_kind_is_refused(people: People, kind: Any) -> None:
    with acting_as(people.handler, purpose="test"):
        with pytest.raises(UnknownKind):
            record(kind, by=people.handler, subject=new_id(), centre=people.centre.pk)
        assert not Event.objects.exists()


def event_modules() -> list[Module]:
    return [
        module for name, module in modules().items() if name.endswith(".events") and module.path.name == "events.py"
    ]


def named(tree: ast.AST) -> set[str]:
    """The names that are used, imports aside."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}


def test_each_kind_is_written_by_an_action() -> None:
    ours = event_modules()
    used = set().union(*(named(module.tree) for module in modules().values() if module not in ours))
    declared = set()
    for module in ours:
        for node in module.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if isinstance(node.value, ast.Dict) and name in used:  # the kinds by the state that is reached
                    used |= named(node.value)
                elif isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "EventKind":
                    declared.add(name)
    assert declared - used == set()
    assert len(declared) == len(all_kinds())


def test_kinds_of_one_family_have_one_audience() -> None:
    """The policies ask the family: a kind with other readers would be read by those of its family."""
    audiences: dict[str, set[object]] = {}
    for kind in all_kinds().values():
        audiences.setdefault(kind.family, set()).add(kind.audience)
    assert {family for family, found in audiences.items() if len(found) > 1} == set()


@pytest.mark.parametrize("code", sorted(all_kinds()))
def test_each_event_kind_has_sentence_icon_and_retention(code: str) -> None:
    kind = all_kinds()[code]
    assert "%" not in str(kind.sentence)
    assert kind.retention in (KEPT, WITH_DOSSIER)
    assert "<svg" in icon(kind.icon)  # raises for an icon that there is not


def test_the_page_is_up_to_date() -> None:
    with translation.override("en"):
        assert PATH.read_text(encoding="utf-8") == document(), "run ./lotse manage events"
