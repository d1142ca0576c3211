"""Each field of each table has a rule that can be carried out, or Django's check says what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from foundation.retention.checks import check_rules, problems
from foundation.retention.dossiers import dossier
from foundation.retention.rules import PLACE, BadRules, read

TEXT = PLACE.read_text(encoding="utf-8")


def found(text: str) -> list[str]:
    """What is wrong with these rules."""
    assert text != TEXT
    try:
        return list(problems(read(text), dossier()))
    except BadRules as error:
        return [str(error)]


def replaced(pattern: str, text: str) -> str:
    return re.sub(pattern, text, TEXT, count=1)


def test_the_rules_of_this_checkout_are_whole() -> None:
    assert check_rules(None) == []


WRONG: dict[str, tuple[Callable[[], str], str]] = {
    "a field without rule": (lambda: TEXT.replace("age_band, ", ""), "hotline_contact.age_band has no rule"),
    "a table without rules": (
        lambda: replaced(r"  texting_optout:\n.*\n", ""),
        "texting_optout.phone_index has no rule",
    ),
    "an unknown field": (
        lambda: TEXT.replace("age_band, ", "age_band, shoe_size, "),
        "hotline_contact has no field shoe_size",
    ),
    "an unknown table": (
        lambda: TEXT + "  hotline_horoscope:\n    dossier: [id]\n",
        "there is no table hotline_horoscope",
    ),
    "two rules": (lambda: TEXT.replace("sound: [sound]", "sound: [sound, seconds]"), "seconds has two rules"),
    "an unknown rule": (lambda: TEXT.replace("    webhook:\n      [", "    fax:\n      ["), "there is no rule fax"),
    "no reason": (lambda: replaced(r"why: Reference data\.", 'why: ""'), "rules: list: the reason (why) is missing"),
    "no period": (lambda: replaced("after: 90 days", "after: soon"), "a period such as"),
    "a period of nothing": (lambda: replaced("after: 90 days", "after: 0 days"), "a period such as"),
    "an unknown moment": (
        lambda: TEXT.replace("from: received_at", "from: dedupe_key"),
        "dedupe_key is no moment of switchboard_webhookevent",
    ),
    "another moment than the sweep's": (
        lambda: TEXT.replace("from: received_at", "from: processed_at"),
        "switchboard_webhookevent.id: no app's retention.py can delete it by processed_at",
    ),
    "a row that nothing deletes": (
        lambda: TEXT.replace("    organisation: [id, number, centre, name", "    webhook: [id, number, centre, name"),
        "switchboard_line.id: received_at is no moment of switchboard_line",
    ),
    "a dossier's row that is kept": (
        lambda: replaced(r"(  cases_note:\n    )dossier", r"\1staff"),
        "cases_note is deleted with dossiers, but its rules say otherwise",
    ),
    "another table with the dossier": (
        lambda: replaced(r"(  hotline_topic:\n    )list", r"\1dossier"),
        "no app's retention.py deletes hotline_topic with a dossier",
    ),
    "half a row": (
        lambda: TEXT.replace("[id, centre, channel, phone_index", "[id, centre, phone_index") + "\n",
        "texting_optout.channel has no rule",
    ),
    "a field that cannot be empty": (
        lambda: TEXT.replace("    sound: [sound]", "    sound: [sound, made_at]").replace(
            "lost_at, made_at]", "lost_at]"
        ),
        "switchboard_voicemail.made_at cannot be empty",
    ),
    "nobody does it": (
        lambda: TEXT.replace("by: config.celery.clear", "by: config.celery.burn"),
        "there is no config.celery.burn_sessions",
    ),
    "a dossier without period": (lambda: replaced("  call: 6 months\n", ""), "the period of call is missing"),
    "an unknown dossier": (
        lambda: replaced("  call: 6 months\n", "  call: 6 months\n  fax: 1 day\n"),
        "no app declares fax",
    ),
    "a rule that nothing has": (
        lambda: replaced("\nrules:\n", "\nrules:\n  spare:\n    action: keep\n    why: Spare.\n"),
        "no field has the rule spare",
    ),
    "a misspelt key": (
        lambda: replaced("    action: keep\n", "    action: keep\n    untill: x\n"),
        "untill is not known",
    ),
    "an unknown action": (
        lambda: replaced("action: keep", "action: shred"),
        "the action is one of delete, empty, keep",
    ),
    "an unknown part": (lambda: TEXT + "more: {}\n", "are expected, not"),
    "a text without reason": (
        lambda: TEXT.replace("[hotline_contact.label, cases_case.label]", "[cases_case.label]"),
        "hotline_contact.label is neither encrypted nor justified",
    ),
    "an encrypted text with a reason": (
        lambda: TEXT.replace("[hotline_contact.label, ", "[hotline_contact.notes, hotline_contact.label, "),
        "clear: hotline_contact.notes is no text in clear",
    ),
    "two reasons": (
        lambda: TEXT.replace("[journal_event.kind,", "[hotline_contact.label, journal_event.kind,"),
        "hotline_contact.label has two reasons",
    ),
    "no YAML": (lambda: TEXT + "\n]", "expected"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(case: str) -> None:
    text, said = WRONG[case]
    assert any(said in problem for problem in found(text())), found(text())


def test_a_row_is_deleted_whole() -> None:
    kept = TEXT.replace("    opt-out: [id, centre, channel, ", "    list: [channel]\n    opt-out: [id, centre, ")
    assert "texting_optout: some fields are deleted and others kept, but rows are deleted whole" in found(kept)
