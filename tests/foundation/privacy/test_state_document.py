from __future__ import annotations

import ast
from io import StringIO

from architecture.source import modules
from django.apps import apps
from django.core.management import call_command
from django.utils import translation

from foundation.privacy.state_document import PATH, diagram, document
from foundation.privacy.state_machines import all_machines
from handoff.referrals.states import MACHINES, TRANSITIONS, ReferralState


def test_the_file_is_what_the_tables_say() -> None:
    with translation.override("en"):
        assert PATH.read_text(encoding="utf-8") == document(), "run ./lotse manage state_diagrams"


def test_each_transition_of_a_referral_is_drawn_with_who_may_take_it() -> None:
    lines = diagram(MACHINES[0]).splitlines()
    arrows = {line.strip() for line in lines if "-->" in line and "[*]" not in line}
    assert arrows == {f"{source} --> {target} : {who}" for (source, target), who in TRANSITIONS.items()}
    assert "    offered --> expired : deadline" in lines
    assert [line for line in lines if "[*] -->" in line] == [f"    [*] --> {ReferralState.DRAFT}"]


def test_the_command_writes_the_file() -> None:
    before = PATH.read_bytes()
    call_command("state_diagrams", stdout=StringIO())
    assert PATH.read_bytes() == before


def test_each_list_of_states_is_a_machine_and_each_machine_is_drawn() -> None:
    """Wherever in the source it stands, and whatever column takes its states from it."""
    declared = {
        f"{module.name}.{node.name}"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and node.name.endswith("State")
        and any(ast.unparse(base).endswith("TextChoices") for base in node.bases)
    }
    machines = {f"{one.states.__module__}.{one.states.__name__}" for one in all_machines()}
    assert declared == machines
    assert all(name.rpartition(".")[0].endswith(".states") for name in machines)
    text = PATH.read_text(encoding="utf-8")
    assert [one.title for one in all_machines() if f"\n## {one.title}\n" not in text] == []


def test_each_column_of_states_takes_them_from_a_machine() -> None:
    """A column without choices would take any text."""
    codes = {tuple(one.states.values) for one in all_machines()}
    columns = [
        field for model in apps.get_models() for field in model._meta.concrete_fields if field.name.endswith("state")
    ]
    assert [str(one) for one in columns if tuple(code for code, _ in one.flatchoices) not in codes] == []
    assert {tuple(code for code, _ in one.flatchoices) for one in columns} == codes
