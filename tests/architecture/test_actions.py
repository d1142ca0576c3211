"""Every write is an action, and names its author. That it leaves an event is proved by running it: see events_left."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from architecture.source import Function, Module, modules

#: Modules of actions beside those called actions or ..._actions.
MORE = [
    "hotline.contacts.callbacks",
    "hotline.contacts.access",
    "handoff.referrals.consent_watch",
    "foundation.accounts.first_run",
    "foundation.accounts.role_proposals",
    "regions.conflicts",
    "regions.hours",
    "reporting.figures.importing",
    "hotline.switchboard.blocked_numbers",
    "hotline.switchboard.callback_calls",
    "hotline.switchboard.calls",
    "hotline.switchboard.command_execution",
    "hotline.switchboard.commands",
    "hotline.switchboard.outbound",
    "hotline.switchboard.dispatch",
    "hotline.switchboard.legs",
    "hotline.switchboard.lines",
    "hotline.switchboard.room_ends",
    "hotline.switchboard.agents",
    "hotline.switchboard.sweep",
    "hotline.switchboard.voicemails",
]
OF_THE_JOURNAL = "is the journal"
#: Actions that write no event, and why. That all others do is proved by running them: see events_left.
WITHOUT_EVENT = {
    "foundation.journal.actions.looks_together": OF_THE_JOURNAL,
    "foundation.journal.actions.record_refusal": OF_THE_JOURNAL,
    "foundation.journal.actions.seal": OF_THE_JOURNAL,
    "foundation.journal.actions.store_kinds": "set-up, before anybody can act",
    "foundation.privacy.actions.store_signing_keys": "set-up, before anybody can act",
    "foundation.privacy.actions.new_data_key": "the action that makes the dossier writes the event",
    "foundation.accounts.actions.end_sessions": "the consequence of an action that writes one",
    "foundation.accounts.second_factor_actions.seal_factors_anew": "the same secret under another key, for all at once",
    "foundation.accounts.session_actions.end_other_sessions": "the consequence of an action that writes one",
    "foundation.accounts.directory_actions.accept_invitation": "person_of has written it, as the sign-in",
    "foundation.accounts.actions.choose_language": "a person's own preference, about nobody else",
    "foundation.accounts.first_run.new_first_run_code": "nobody has an account yet",
    "foundation.accounts.first_run.check_first_run_code": "nobody has an account yet; the row counts the tries",
    "foundation.journal.actions.record": OF_THE_JOURNAL,
    "foundation.journal.actions.record_all": OF_THE_JOURNAL,
    "foundation.journal.actions.look": OF_THE_JOURNAL,
    "foundation.journal.actions.beat": OF_THE_JOURNAL,
    "foundation.retention.actions.replay_erasure": "the function of the database writes it",
    "foundation.retention.actions.carry_out_erasure": "the function of the database writes it",
    "foundation.worklist.mail_actions.choose_mails": "a person's own preference, about nobody else",
    "foundation.worklist.mail_actions.order_daily_mails": "an e-mail without content, which the person has chosen",
    "foundation.worklist.mail_actions.order_urgent_mails": "an e-mail without content, which the person has chosen",
    "casework.teams.actions.team_of": "what the team shares first writes the event",
    "casework.plans.content_actions.copy_content": "the new version writes the event",
    "casework.cases.actions.transfer": "the answer to a referral moves responsibility and writes the event",
}
SPELL = "one event stands for a spell of typing by the same person"
ORDERED = "the order is in the journal, and so is its failure; what was carried out is told by the provider's webhooks"
BOOKKEEPING = "the provider's ids and sequence numbers are kept without an event"
#: Actions that write an event, but not each time they change a row, and why.
NOT_EACH_TIME = {
    "foundation.worklist.actions.run_step": "a step without anything to do is only counted",
    "foundation.accounts.actions.grant_role": "who has the role already only signs in anew",
    "foundation.accounts.actions.reset_password": "a link that is about to be mailed is not ordered twice",
    "foundation.accounts.role_proposals.expire": "a link that nobody used in time ends by itself",
    "hotline.contacts.actions.save_contact": SPELL,
    "hotline.contacts.actions.save_edit": SPELL,
    "hotline.switchboard.actions.ring_handler": "a browser phone comes by itself; who claims the call writes the event",
    "hotline.switchboard.command_execution.done": ORDERED,
    "hotline.switchboard.command_execution.dropped": ORDERED,
    "hotline.switchboard.command_execution.gone": ORDERED,
    "hotline.switchboard.commands.finish": ORDERED,
    "hotline.switchboard.commands.try_again": "the first delay is told, not each further try",
    "hotline.switchboard.legs.accept_leg": "one that is on the line already is only bound to the room",
    "hotline.switchboard.legs.leg_changed": BOOKKEEPING,
    "hotline.switchboard.legs.room_changed": BOOKKEEPING,
    "triage.actions.answer": SPELL,
    "triage.actions.answer_several": SPELL,
    "triage.actions.note": SPELL,
}
#: Actions that need no author, and why.
WITHOUT_AUTHOR = {
    "foundation.journal.actions.looks_together": "each look of the block has one",
    "foundation.journal.actions.seal": "a process, not a person",
    "foundation.journal.actions.store_kinds": "set-up, before anybody can act",
    "foundation.privacy.actions.store_signing_keys": "set-up, before anybody can act",
    "foundation.accounts.first_run.new_first_run_code": "a command, before anybody has an account",
    "foundation.accounts.first_run.check_first_run_code": "whoever has the code, before anybody has an account",
    "foundation.accounts.first_run.make_first_administrator": "whoever has the code, before anybody has an account",
    "foundation.privacy.actions.new_data_key": "holds nothing yet",
    "foundation.accounts.actions.end_sessions": "the consequence of an action that has one",
    "foundation.journal.actions.beat": "a process, not a person",
}
#: Public functions beside actions that only ask.
ONLY_ASK = {
    "casework.plans.content_actions.row_of",
    "hotline.contacts.access.may_ask",
    "foundation.accounts.session_actions.own_sessions",
    "foundation.accounts.address_actions.asked_for",
    "foundation.accounts.second_factor_actions.factors",
    "foundation.accounts.second_factor_actions.number_of_factors",
    "foundation.accounts.second_factor_actions.may_add_factor",
    "foundation.journal.actions.recorded_id",
    "foundation.accounts.first_run.is_empty_installation",
    "foundation.accounts.actions.check_fits",
    "foundation.accounts.actions.has_role_for_two",
    "foundation.accounts.actions.require_over",
    "foundation.accounts.role_proposals.could_confirm",
    "foundation.accounts.role_proposals.who_could_confirm",
    "foundation.accounts.role_proposals.to_confirm",
    "handoff.referrals.centre_actions.needs_verification",
    "handoff.referrals.consent_watch.objection_now",
    "handoff.referrals.consent_watch.consent_problem",
    "triage.actions.duties_lost",
    "foundation.worklist.actions.due_steps",
    "regions.hours.hours_version",
    "hotline.switchboard.lines.settings_of",
    "hotline.switchboard.calls.running_block",
    "hotline.switchboard.calls.is_line_open",
    "hotline.switchboard.callback_calls.line_for",
    "hotline.switchboard.outbound.is_wanted",
    "hotline.switchboard.legs.lock_leg",
    "hotline.switchboard.legs.is_goodbye_ordered",
    "hotline.texting.actions.is_opted_out",
    "hotline.switchboard.agents.lock_agent",
    "hotline.switchboard.sweep.silent",
    "hotline.switchboard.command_execution.request_for",
}
#: Parts of actions that others use, and that take what they need by position.
PARTS = {
    "casework.teams.actions.team_of",
    "foundation.retention.actions.centre_of",
    "foundation.accounts.actions.give",
    "foundation.accounts.actions.store_user",
    "foundation.accounts.actions.withdraw",
    "hotline.switchboard.calls.move",
    "hotline.switchboard.calls.note",
    "hotline.switchboard.calls.ask_soon",
    "hotline.switchboard.commands.claim_commands",
    "hotline.switchboard.commands.wake_another",
    "hotline.switchboard.legs.is_own",
    "hotline.texting.actions.note",
    "triage.actions.decide",
    "casework.plans.content_actions.copy_content",
}
#: Modules beside actions that write, and why.
MAY_WRITE = {
    "casework.releases.recording": "the writing part of the actions of releases",
    "casework.plans.recording": "the writing part of the actions of plans",
    "foundation.accounts.one_time_links": "the writing part of the actions that have a link mailed",
    "foundation.accounts.second_factor_views": "allauth's form notes that a factor was used",
    "foundation.accounts.app_codes": "notes in one statement that a code was accepted",
    "foundation.accounts.notices": "the writing part of the actions that have a notice mailed",
    "foundation.accounts.stored_passwords": "stores the hash with its user, where Django and allauth save a user",
    "foundation.accounts.tasks": "claims a link or a notice and notes that it was mailed",
    "foundation.accounts.rate_limits": "counts in Redis",
    "foundation.privacy.management.commands.verify_keys": "reads one key of each dossier",
    "foundation.retention.holdings": "asks a function of the database",
    "foundation.retention.references": "asks a function of the database",
    "foundation.retention.rotation": "reads and wraps keys in SQL, past many rows",
    "foundation.privacy.security_report": "reads the catalogues of the database",
    "foundation.privacy.signing": "asks the server for its clock, before anybody acts",
    "casework.cases.permissions": "asks a function of the database",
    "casework.closures.permissions": "asks a function of the database",
    "casework.consultations.permissions": "asks a function of the database",
    "casework.teams.permissions": "asks a function of the database",
    "casework.closures.locking": "locks through a function of the database",
    "casework.teams.locking": "locks through a function of the database",
    "casework.closures.recording": "the writing part of the actions of closings",
    "config.health": "asks the database whether it is up",
    "demo.make": "fictional data, made before anybody works",
    "demo.shift": "passwords of the fictional users",
    "demo.telephone": "fictional calls and lines",
    "foundation.accounts.sessions": "reads a session with its user in SQL",
    "hotline.contacts.terms": "reads two lists in SQL",
    "foundation.journal.chain": "reads the chain in SQL to verify it",
    "foundation.privacy.leases": "claims, renews and releases rows of work for those who settle them",
    "foundation.journal.management.commands.relay": "listens for a notification of PostgreSQL",
    "foundation.journal.relay": "claims and removes what it has delivered",
    "foundation.privacy.database_check": "compares the catalogues of PostgreSQL, in a transaction that is rolled back",
    "foundation.privacy.context": "tells the database who acts",
    "handoff.referrals.conflicts": "asks a function of the database",
    "handoff.referrals.consent": "asks a function of the database",
    "handoff.referrals.notices": "claims a notice and notes that it was sent",
    "handoff.referrals.ranking": "asks a function of the database",
    "handoff.referrals.transitions": "the writing part of the actions on a referral",
    "hotline.contacts.endings": "the writing part of the actions that end a contact",
    "hotline.contacts.initial_lists": "what migrations run",
    "hotline.contacts.idempotency": "adds a row whose key the client chose, for an action",
    "hotline.contacts.recognition": "asks a function of the database",
    "hotline.contacts.search": "asks a function of the database",
    "hotline.switchboard.endings": "asks a function of the database",
    "hotline.switchboard.intake": "stores a webhook before anything acts on it",
    "hotline.switchboard.models": "reads and locks in SQL",
    "hotline.switchboard.purposes": "the writing part of the settling of a command",
    "hotline.switchboard.waiting": "asks a function of the database",
    "hotline.texting.sending": "claims a message and notes what became of it",
    "regions.loading": "reference data from a file, by a command",
    "reporting.figures.counting": "the counts, made again from the journal",
    "reporting.figures.counts": "reads, by SQL that is made from the measures",
    "reporting.figures.reference_data": "asks a function of the database",
}
#: Not a table of ours: attributes of widgets, dictionaries, checksums, and the telephone provider.
NO_TABLE = {
    "context", "attrs", "kwargs", "workers", "seen", "headers", "_sha", "messages",
}  # fmt: skip
WRITES = {
    "create", "bulk_create", "update_or_create", "get_or_create", "save", "update", "bulk_update", "delete",
    "raw", "execute", "executemany", "callproc",
    "acreate", "abulk_create", "aupdate_or_create", "aget_or_create", "asave", "aupdate", "abulk_update", "adelete",
}  # fmt: skip


def action_modules() -> list[Module]:
    return [module for name, module in modules().items() if name.endswith("actions") or name in MORE]


def actions() -> Iterator[tuple[str, Function]]:
    for module in action_modules():
        for name, function in module.functions.items():
            if not name.startswith("_") and f"{module.name}.{name}" not in ONLY_ASK | PARTS:
                yield f"{module.name}.{name}", function


@pytest.mark.parametrize(("name", "function"), actions(), ids=lambda value: value if isinstance(value, str) else "")
def test_an_action(name: str, function: Function) -> None:
    arguments = function.args
    by_position = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    assert len(by_position) <= (name in WITHOUT_EVENT)
    assert ("by" in {argument.arg for argument in arguments.kwonlyargs}) == (name not in WITHOUT_AUTHOR)


def test_no_exception_is_left_over() -> None:
    known = {f"{module.name}.{name}" for module in action_modules() for name in module.functions}
    assert {*ONLY_ASK, *PARTS, *WITHOUT_EVENT, *NOT_EACH_TIME, *WITHOUT_AUTHOR} - known == set()


def writes(module: Module) -> Iterator[str]:
    """Calls that write rows or speak SQL."""
    for node in ast.walk(module.tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES):
            continue
        on = ast.unparse(node.func.value)
        if on.rpartition(".")[2] not in NO_TABLE and not on.startswith("rest."):
            yield f"{module.name}:{node.lineno} {on}.{node.func.attr}"


def test_writing_is_left_to_actions() -> None:
    """No other module writes rows or speaks SQL, unless it is listed with its reason."""
    known = {module.name for module in action_modules()} | set(MAY_WRITE)
    assert [line for name, module in modules().items() if name not in known for line in writes(module)] == []


def test_no_module_may_write_without_need() -> None:
    assert [name for name in MAY_WRITE if name not in modules() or not any(writes(modules()[name]))] == []


@pytest.mark.parametrize(
    "line", ["rows.update(a=1)", "rows.delete()", "rows.bulk_create([])", "rows.raw('')", "cursor.execute('')"]
)
def test_a_write_is_seen(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("architecture.source.CHECKOUT", tmp_path)
    (tmp_path / "views.py").write_text(line, encoding="utf-8")
    assert len(list(writes(Module(tmp_path / "views.py")))) == 1
