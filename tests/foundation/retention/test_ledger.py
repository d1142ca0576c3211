"""What was erased is erased again after a restore, from the ledger outside the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cluster import OwnDatabase
from contacts import a_contact
from django.core.management import CommandError, call_command
from erasing import carried_out, counted, decided, rows
from people import People, as_user, make_people, new_id

from foundation.journal.chain import first_break
from foundation.retention.actions import Outcome, set_hold
from foundation.retention.ledger import Entry, noted
from foundation.retention.models import HoldReason


@pytest.fixture
def people(own_database: OwnDatabase, settings: Any, tmp_path: Path) -> People:
    settings.ERASURES_FILE = tmp_path / "erasures"
    return make_people()


def contacts(database: OwnDatabase) -> list[str]:
    return rows(database, "select id from hotline_contact order by id")


def test_each_erasure_leaves_its_line_with_ids_only(people: People, tmp_path: Path) -> None:
    assert noted() == []
    contact = a_contact(people.handler, alias="Nachtigall")
    counted()
    erasure = decided(people, contact)
    assert carried_out(erasure) is Outcome.ERASED
    [entry] = noted()
    assert (entry.erasure, entry.subject, len(entry.keys)) == (erasure.pk, contact, 1)
    assert (tmp_path / "erasures").stat().st_mode & 0o777 == 0o600
    assert "Nachtigall" not in (tmp_path / "erasures").read_text()


def test_without_its_line_nothing_is_erased(people: People, own_database: OwnDatabase, settings: Any) -> None:
    contact = a_contact(people.handler)
    counted()
    erasure = decided(people, contact)
    settings.ERASURES_FILE = Path("/proc/nowhere/erasures")
    with pytest.raises(OSError, match="nowhere"):
        carried_out(erasure)
    assert contacts(own_database) == [str(contact)]
    assert rows(own_database, "select done_at is null from retention_erasure") == ["t"]


def test_what_a_restore_brought_back_is_erased_again(people: People, own_database: OwnDatabase, tmp_path: Path) -> None:
    """As after the restore of a backup from before the erasure: held then, and never decided."""
    back, stays = a_contact(people.handler), a_contact(people.handler)
    key = rows(own_database, f"select data_key_id from hotline_contact where id = '{back}'")[0]
    coordinator = people.coordinator
    as_user(coordinator, set_hold, by=coordinator, hold_id=new_id(), subject=back, reason=HoldReason.COURT)
    unknown = Entry(new_id(), people.centre.pk, new_id(), ())
    entries = [Entry.read(f"{new_id()} {people.centre.pk} {back} {key}"), unknown]
    lines = [f"2026-11-29T12:00:00Z {entry}\n" for entry in entries]
    (tmp_path / "erasures").write_text("".join(lines))
    for _twice in range(2):
        call_command("replay_erasures")
        assert contacts(own_database) == [str(stays)]
    assert rows(own_database, f"select wrapped is null from privacy_datakey where id = '{key}'") == ["t"]
    assert first_break() is None


def test_a_dossier_whose_contact_came_later_goes_by_its_key(
    people: People, own_database: OwnDatabase, tmp_path: Path
) -> None:
    """The erasure named a case that the backup does not have yet; its key is that of a contact that it has."""
    contact = a_contact(people.handler)
    key = rows(own_database, f"select data_key_id from hotline_contact where id = '{contact}'")[0]
    entry = Entry.read(f"{new_id()} {people.centre.pk} {new_id()} {key}")
    (tmp_path / "erasures").write_text(f"2026-11-29T12:00:00Z {entry}\n")
    call_command("replay_erasures")
    assert contacts(own_database) == []


@pytest.mark.parametrize(
    "line", ["garbage", "2026-11-29T12:00:00Z one two three four", "2026-11-29T12:00:00Z " + "x" * 50]
)
def test_a_ledger_that_cannot_be_read_is_said(people: People, tmp_path: Path, line: str) -> None:
    (tmp_path / "erasures").write_text(line + "\n")
    with pytest.raises(CommandError, match="line 1"):
        call_command("replay_erasures")
