"""Every write names its author and leaves an event."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from architecture.source import Function, Module, modules

RECORD = "journal.actions.record"
#: Modules of actions beside those called actions.py.
MORE = [
    "hotline.callbacks", "hotline.access", "handoff.answers", "handoff.consent_watch", "handoff.lapses",
    "accounts.first_run", "regions.conflicts", "regions.hours", "reporting.importing",
    "switchboard.blocks", "switchboard.calling_back", "switchboard.calls", "switchboard.carrying_out",
    "switchboard.commands", "switchboard.outbound",
    "switchboard.dispatch", "switchboard.legs", "switchboard.lines", "switchboard.room_ends", "switchboard.seats",
    "switchboard.sweep", "switchboard.voicemails",
]  # fmt: skip
OF_ACCOUNTS = "accounts may not import the journal: it hands the event on, see accounts.audit and tests/accounts"
OF_THE_JOURNAL = "is the journal"
#: Actions that write no event, and why.
WITHOUT_EVENT = {
    "privacy.actions.new_data_key": "the action that makes the dossier writes the event",
    "accounts.actions.create_user": OF_ACCOUNTS,
    "accounts.actions.save_user": OF_ACCOUNTS,
    "accounts.actions.reactivate_user": OF_ACCOUNTS,
    "accounts.actions.reset_password": OF_ACCOUNTS,
    "accounts.actions.save_organisation": OF_ACCOUNTS,
    "accounts.actions.close_organisation": OF_ACCOUNTS,
    "accounts.actions.reopen_organisation": OF_ACCOUNTS,
    "accounts.actions.grant_role": OF_ACCOUNTS,
    "accounts.actions.end_role": OF_ACCOUNTS,
    "accounts.actions.deactivate_user": OF_ACCOUNTS,
    "accounts.actions.end_sessions": OF_ACCOUNTS,
    "accounts.actions.choose_language": "a person's own preference, about nobody else",
    "accounts.actions.create_organisation": OF_ACCOUNTS,
    "accounts.first_run.new_first_run_code": "nobody has an account yet; the row keeps when, and who used it",
    "accounts.first_run.check_first_run_code": "nobody has an account yet; the row counts the tries",
    "accounts.first_run.make_first_administrator": "nobody has an account yet; the code's row keeps when and who",
    "journal.actions.record": OF_THE_JOURNAL,
    "journal.actions.look": OF_THE_JOURNAL,
    "journal.actions.beat": OF_THE_JOURNAL,
    "switchboard.carrying_out.failed": "whoever settles the command as failed writes it; each purpose writes its own",
    "cases.actions.transfer": "the answer to a referral moves responsibility and writes the event",
}
#: Actions that need no author, and why.
WITHOUT_AUTHOR = {
    "accounts.first_run.new_first_run_code": "a command, before anybody has an account",
    "accounts.first_run.check_first_run_code": "whoever has the code, before anybody has an account",
    "accounts.first_run.make_first_administrator": "whoever has the code, before anybody has an account",
    "privacy.actions.new_data_key": "holds nothing yet",
    "accounts.actions.end_sessions": "the consequence of an action that has one",
    "journal.actions.beat": "a process, not a person",
}
#: Public functions beside actions that only ask.
ONLY_ASK = {
    "accounts.first_run.is_empty_installation",
    "handoff.actions.needs_verification", "handoff.consent_watch.objection_now",
    "handoff.consent_watch.consent_problem", "triage.actions.duties_lost",
    "handoff.lapses.due_deadlines", "regions.hours.hours_version",
    "switchboard.lines.settings_of", "switchboard.calls.running_block", "switchboard.calls.is_line_open",
    "switchboard.calling_back.line_for", "switchboard.outbound.is_wanted",
    "switchboard.legs.lock_leg", "switchboard.legs.is_goodbye_ordered", "texting.actions.is_opted_out",
    "switchboard.seats.lock_seat", "switchboard.sweep.silent", "switchboard.carrying_out.request_for",
}  # fmt: skip
#: Parts of actions that others use, and that take what they need by position.
PARTS = {
    "switchboard.calls.move", "switchboard.calls.note", "switchboard.calls.ask_soon",
    "switchboard.commands.claim_commands", "switchboard.commands.wake_another", "switchboard.legs.is_own",
    "texting.actions.note",
}  # fmt: skip


def action_modules() -> list[Module]:
    return [module for name, module in modules().items() if name.endswith(".actions") or name in MORE]


def actions() -> Iterator[tuple[str, Function]]:
    for module in action_modules():
        for name, function in module.functions.items():
            if not name.startswith("_") and f"{module.name}.{name}" not in ONLY_ASK | PARTS:
                yield f"{module.name}.{name}", function


def called(module: Module, function: Function) -> Iterator[str]:
    """Dotted names of what the function calls or hands on, where they lead to a module of ours."""
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            own = f"{module.name}.{node.id}" if node.id in module.functions else ""
            yield module.imports.get(node.id, own)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{module.imports.get(node.value.id, '')}.{node.attr}"


def reached(start: str) -> set[str]:
    """All functions of ours that the function may come to call."""
    seen: set[str] = set()
    new = {start}
    while new:
        seen |= new
        new = {name for one in new for name in _next(one)} - seen
    return seen


def _next(name: str) -> Iterator[str]:
    module = modules().get(name.rpartition(".")[0])
    function = module.functions.get(name.rpartition(".")[2]) if module else None
    if module and function:
        yield from called(module, function)


@pytest.mark.parametrize(("name", "function"), actions(), ids=lambda value: value if isinstance(value, str) else "")
def test_an_action(name: str, function: Function) -> None:
    arguments = function.args
    by_position = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    if name in WITHOUT_EVENT:
        assert len(by_position) <= 1
    else:
        assert by_position == []
        assert RECORD in reached(name)
    assert ("by" in {argument.arg for argument in arguments.kwonlyargs}) == (name not in WITHOUT_AUTHOR)


def test_no_exception_is_left_over() -> None:
    known = {f"{module.name}.{name}" for module in action_modules() for name in module.functions}
    assert {*ONLY_ASK, *PARTS, *WITHOUT_EVENT, *WITHOUT_AUTHOR} - known == set()


def test_writing_is_left_to_actions() -> None:
    """Views, tasks and consumers call actions; they do not write rows themselves."""
    writes = {"create", "bulk_create", "update_or_create", "get_or_create", "save", "delete", "bulk_update"}
    outside = []
    for name, module in modules().items():
        if name.rpartition(".")[2] not in ("views", "tasks", "consumers") and not name.endswith("_views"):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writes:
                outside.append(f"{name}:{node.lineno} {node.func.attr}")
    assert outside == []
