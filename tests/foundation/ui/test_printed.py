"""A record on paper: text is never markup, every page says what it is, and any text can be printed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfs import is_tagged, read_pdf, text_of

from foundation.ui.printed import Entry, PrintedRecord, PrintedText, Section, pdf

MADE = datetime(2026, 11, 29, 22, 15, tzinfo=UTC)
MARKUP = r"#set page(width: 1pt) $x^2$ *bold* _it_ @who <label> \ `code` #include \"/etc/passwd\" // /* = - + [ ] { } ~"


def record(*texts: str, dense: int = 0) -> PrintedRecord:
    entries = [Entry(text[:60], text[:60], [(text[:20], text[:60])], [PrintedText("Said", text)]) for text in texts]
    lines = [Entry(f"Event {number}", "Person 1") for number in range(dense)]
    return PrintedRecord(
        reference="F-7",
        title=f"F-7 · {texts[0][:40]}" if texts else "F-7",
        centre="Centre",
        notice="Confidential.",
        summary=texts[0] if texts else "",
        facts=[("State", "open"), ("Region", "")],
        sections=[
            Section("Notes", entries, "There is none."),
            Section("Timeline", lines, "Nothing has happened yet.", is_dense=True),
        ],
        printed_by="Person #1",
        printed_at=MADE,
    )


def test_markup_is_printed_as_it_was_written() -> None:
    made = pdf(record(MARKUP))
    assert text_of(made).count("#set page(width: 1pt) $x^2$ *bold*") >= 3
    assert r"\ `code` #include" in text_of(made)
    assert read_pdf(made).pages[0].mediabox.width > 500


def test_every_page_has_reference_who_printed_it_and_its_number() -> None:
    made = pdf(record("text", dense=150))
    pages = [" ".join(page.extract_text().split()) for page in read_pdf(made).pages]
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "F-7" in page
        assert "Printed by Person #1, 29 Nov 2026, 23:15 CET" in page
        assert f"Page {number} of {len(pages)}" in page


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_it_is_tagged_in_the_language_of_the_reader(language: str) -> None:
    with translation.override(language):
        assert is_tagged(pdf(record("text")), language)


def test_empty_sections_say_so_and_empty_facts_are_left_out() -> None:
    said = text_of(pdf(record()))
    assert "There is none." in said
    assert "Nothing has happened yet." in said
    assert "Region" not in said


def test_a_long_text_and_a_long_word_stay_on_the_paper() -> None:
    made = pdf(record("word " * 2000, "x" * 10_000))
    assert text_of(made).replace(" ", "").count("x") >= 10_000
    right = max(_right_edge(page) for page in read_pdf(made).pages)
    assert right < 595 - 50


def _right_edge(page: object) -> float:
    """Where the last text of a line begins, in points: a word that is not broken is one text at the left margin."""
    found: list[float] = []
    page.extract_text(visitor_text=lambda text, _cm, tm, _font, _size: found.append(tm[4]))  # type: ignore[attr-defined]
    return max(found)


def test_arabic_hebrew_and_cyrillic_are_printed_and_other_signs_are_said_to_be_missing() -> None:
    said = text_of(pdf(record("محمد يتصل", "שלום", "Анна Київ", "Nguyễn Thị Ánh")))
    assert "Анна Київ" in said
    assert "Nguyễn" in said
    assert "□" not in said
    missing = text_of(pdf(record("日本 called 😀")))
    assert "□□ called □" in missing
    assert "Some characters are in none of the fonts" in missing


@settings(max_examples=40)
@given(st.text(max_size=300))
def test_any_text_can_be_printed(text: str) -> None:
    assert read_pdf(pdf(record(text))).pages
