"""What a command writes into docs/benchmarks.md, and what it leaves."""

from __future__ import annotations

from pathlib import Path

from benchmarks import costs, document
from benchmarks.hot_paths import Taken
from benchmarks.statements import Statement

COST = costs.Cost(
    "desk",
    [Taken(0.02, 0.01, 100, 3)],
    [Statement(1, 1.0, 2.0, 'SELECT "a"."id" FROM "a" WHERE "a"."id" = $1::uuid'), Statement(1, 0.0, 0.1, "BEGIN")],
    {"django.db": 0.9, "rest": 0.02},
)


def test_a_section_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("# Title\n", encoding="utf-8")
    document.replace(file, "one", "old words")
    file.write_text(file.read_text(encoding="utf-8") + "\n## By hand\n\nkept\n", encoding="utf-8")
    document.replace(file, "one", "new words")
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Title\n")
    assert text.endswith("\n\n## By hand\n\nkept\n")
    assert document.read(file, "one").strip() == "new words"
    assert "old words" not in text


def test_what_was_done_is_kept_when_the_tables_are_written_again() -> None:
    written = costs.details(COST, {}, set())
    by_hand = written.replace("= $1` |  |", "= $1` | an index |").replace("| django.db |  |", "| django.db | cached |")
    notes = costs.notes_of(by_hand)
    assert sorted(notes.values()) == ["an index", "cached"]
    kept: set[tuple[str, str]] = set()
    assert costs.details(COST, notes, kept) == by_hand
    assert kept == notes.keys()


def test_only_what_takes_more_than_a_twentieth_is_listed() -> None:
    written = costs.details(COST, {}, set())
    assert "BEGIN" not in written
    assert "rest" not in written
