"""docs/architecture.md is what the source says."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from foundation.privacy import architecture
from foundation.privacy.architecture import arrows, drawn_arrows, packages, processes, source_files


def test_page_is_up_to_date() -> None:
    call_command("architecture", "--check")


def test_page_that_is_out_of_date_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(architecture, "HEAD", "# Another head\n")
    with pytest.raises(CommandError, match="out of date"):
        call_command("architecture", "--check")


def test_each_module_has_a_docstring() -> None:
    assert [file.name for file in source_files() if not file.summary] == []


def test_rooms_and_their_apps_are_all_described() -> None:
    found = packages(source_files())
    assert {"foundation", "foundation.privacy", "hotline.telephony", "handoff.referrals", "triage"} <= found.keys()


def test_arrows_are_imports_between_packages() -> None:
    found = arrows(source_files())
    assert ("handoff.referrals", "casework.cases") in found
    assert ("foundation.privacy", "handoff.referrals") not in found


def test_arrow_that_a_longer_way_replaces_is_not_drawn() -> None:
    found = [("cases", "triage"), ("cases", "regions"), ("triage", "regions")]
    assert drawn_arrows(found) == [("cases", "triage"), ("triage", "regions")]


def test_processes_are_those_of_the_supervisor() -> None:
    assert [(name, role) for name, _command, role in processes()] == [
        ("web", "lotse_web"),
        ("worker", "lotse_worker"),
        ("beat", "lotse_worker"),
        ("relay", "lotse_worker"),
    ]
