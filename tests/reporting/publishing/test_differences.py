"""Notes on separately rounded figures that do not add up."""

from __future__ import annotations

from typing import Any

import pytest
from documents import TOTAL, document, months, row, table, texts

from reporting.publishing import content
from reporting.publishing.differences import notes
from reporting.publishing.form_texts import ENGLISH, WORDS


def said(code: str, *tables: dict[str, Any], language: str = "en") -> list[str]:
    read = content.read(document(tables=list(tables)), language)
    return notes(read, read.table(code), WORDS[language])


def of(code: str, total: int | str, *rows: tuple[str, int | str], title: str = "") -> dict[str, Any]:
    made = [row(key, texts(key), figure) for key, figure in rows]
    return table(code, texts(title or code), [*made, row("total", TOTAL, total)])


def test_no_notes_if_everything_adds_up() -> None:
    assert said("channel", of("channel", 50, ("phone", 30), ("mail", 20))) == []


@pytest.mark.parametrize(
    ("total", "rows", "example"),
    [
        (40, [("phone", 30), ("mail", 20)], "Total: 50, not 40"),
        (60, [("phone", 30), ("mail", 20)], "Total: 50, not 60"),
        (60, [("phone", 30), ("mail", "<10")], "Total: 30, not 60"),
        (60, [("phone", 30), ("mail", "withheld")], "Total: 30, not 60"),
        (1240, [("phone", 1230), ("mail", "<10")], "Total: 1,230, not 1,240"),
    ],
)
def test_rows_that_differ_from_their_total_are_noted(
    total: int, rows: list[tuple[str, int | str]], example: str
) -> None:
    assert said("channel", of("channel", total, *rows)) == [ENGLISH.rows_differ.format(examples=example)]


@pytest.mark.parametrize("total", ["<10", "withheld", 30])
def test_no_notes_without_a_shown_part_or_total(total: int | str) -> None:
    parts: list[tuple[str, int | str]] = [("phone", "<10"), ("mail", "<10" if total == 30 else "withheld")]
    assert said("channel", of("channel", total, *parts)) == []
    assert total == 30 or said("channel", of("channel", total, ("phone", 30))) == []


def test_months_that_differ_from_their_period_are_noted() -> None:
    rows = [row("a", texts("Parent"), 20, 20, 10, 40), row("total", TOTAL, 20, 20, 10, 40)]
    stored = table("caller_group", texts("Who"), rows, columns=months(3), chart="stacked")
    assert said("caller_group", stored) == [
        ENGLISH.periods_differ.format(examples="Parent: 50, not 40; Total: 50, not 40")
    ]


def grouped(groups: bool = True) -> list[dict[str, Any]]:
    detail = of("caller_type", 60, ("parent", 20), ("sibling", "<10"), ("relative", "<10"), ("school", 30))
    if groups:
        for one in detail["rows"][:3]:
            one["group"] = "relative"
        detail["rows"][3]["group"] = "school"
    return [of("caller_group", 60, ("relative", 30), ("school", 30), title="Who asked"), detail]


def test_group_that_differs_from_its_members_is_noted() -> None:
    notes = said("caller_type", *grouped())
    assert ENGLISH.tables_differ.format(table="Who asked", examples="relative: 20, not 30") in notes


def test_releases_without_groups_say_what_a_row_named_like_a_group_means() -> None:
    notes = said("caller_type", *grouped(groups=False))
    assert ENGLISH.unspecified in notes
    assert ENGLISH.unspecified not in said("caller_type", *grouped())


@pytest.mark.parametrize(
    ("code", "key", "other", "parts"),
    [
        ("minor", "yes", "age_band", [("under_14", "<10"), ("14_17", 20)]),
        ("minor", "no", "age_band", [("18_20", 10), ("21_26", 10), ("27_39", "<10"), ("40_plus", "<10")]),
        ("minor", "unknown", "age_band", [("unknown", 20)]),
        ("referral_answer", "accepted", "referral_feedback", [("yes", 20), ("no", "<10")]),
        ("referral_time", "none", "referral_answer", [("expired", 20), ("withdrawn", "<10"), ("waiting", "<10")]),
    ],
)
def test_tables_that_count_the_same_and_differ_are_noted(
    code: str, key: str, other: str, parts: list[tuple[str, int | str]]
) -> None:
    shown = sum(figure for _key, figure in parts if isinstance(figure, int))
    notes = said(code, of(code, 30, (key, 30)), of(other, shown, *parts, title="The other"))
    example = f"{key}: {shown}, not 30"
    assert notes == [ENGLISH.tables_differ.format(table="The other", examples=example)]


def test_only_some_of_many_differences_are_named() -> None:
    rows = [row(f"r{n}", texts(f"R{n}"), 10, 10, 10, 10) for n in range(9)]
    stored = table("t", texts("T"), rows, columns=months(3))
    assert said("t", stored) == [
        ENGLISH.periods_differ.format(examples="; ".join(f"R{n}: 30, not 10" for n in range(4)) + "; …")
    ]


@pytest.mark.parametrize("language", content.LANGUAGES)
def test_notes_are_in_each_language(language: str) -> None:
    notes = said("caller_type", *grouped(), language=language)
    assert len(notes) == 2
    assert not any("{" in note for note in notes)


def test_exact_tables_and_those_without_a_total_have_no_sum() -> None:
    stored = table("network", texts("Network"), [row("a", texts("A"), 3), row("b", texts("B"), 0)], is_exact=True)
    assert said("network", stored) == []
