"""Charts of released tables: each length equals its figure, and hidden figures cannot be read from them.

The pages are rendered with the real templates and measured in their SVG.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override
from documents import REGIONS, TOTAL, document, months, row, table, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting.publishing import content, presenting
from reporting.publishing.drawing import drawn
from reporting.publishing.form_texts import WORDS
from reporting.publishing.svg import BAR, TRACK

FIGURES = st.one_of(st.just("<10"), st.just("withheld"), st.integers(1, 200).map(lambda tens: tens * 10))
SVG = "{http://www.w3.org/2000/svg}"
PIXEL = 1.0


@st.composite
def stacked(draw: st.DrawFn) -> dict[str, Any]:
    """A table by months; totals are generated separately, as after rounding and withholding."""
    columns, count = draw(st.integers(2, 12)), draw(st.integers(1, 11))
    figures = [draw(st.lists(FIGURES, min_size=columns + 1, max_size=columns + 1)) for _row in range(count + 1)]
    rows = [row(f"r{place}", texts(f"Row {place}"), *line) for place, line in enumerate(figures[1:])]
    rows.append(row("total", TOTAL, *figures[0]))
    return table("caller_group", texts("Who asked"), rows, chart="stacked", columns=months(columns))


@st.composite
def flat(draw: st.DrawFn, chart: str = "bars") -> dict[str, Any]:
    names = [(code, name) for code, name, _figure in REGIONS] + [("abroad", "Abroad"), ("unknown", "Unknown")]
    rows = [row(code, texts(name), draw(FIGURES)) for code, name in names]
    return table("region", texts("Region"), [*rows, row("total", TOTAL, draw(FIGURES))], chart=chart)


def release(stored: dict[str, Any]) -> content.Content:
    columns = len(stored["columns"]) - 1
    period = {"kind": "year", "first": "2026-01-01", "last": f"2026-{max(columns, 1):02}-28"}
    whole = document(tables=[stored, *evaluated()], revisions=[], period=period)
    return content.read(whole, "en")


def evaluated() -> list[dict[str, Any]]:
    """The tables that the first section of a page uses, all hidden."""
    codes = "disposition referral_time referral_first referral_feedback security minor repeat"
    return [table(code, texts(code), [row("total", TOTAL, "<10")]) for code in codes.split()]


def shown(stored: dict[str, Any]) -> str:
    """The table's part of the page."""
    page = presenting.page(release(stored))
    html = render_to_string("publishing/document.html", {"page": page, "release": {"digest": "0"}})
    found = re.search(r'<section class="card" aria-labelledby="h-(caller_group|region)">.*?</section>', html, re.DOTALL)
    assert found
    return found[0]


def drawings(html: str) -> list[ET.Element]:
    return [ET.fromstring(one) for one in re.findall(r"<svg viewBox.*?</svg>", html, re.DOTALL)]


def boxes(svg: ET.Element) -> Iterator[tuple[str, str, dict[str, float]]]:
    """Class, title and measures of each rectangle that has a title."""
    for rect in svg.iter("rect"):
        if (title := rect.findtext("title")) is not None:
            measures = {name: float(rect.attrib[name]) for name in ("x", "y", "width", "height")}
            yield rect.attrib["class"].split()[0], title, measures


def number(said: str) -> int:
    return int(said.replace(",", ""))


@settings(max_examples=60, deadline=None)
@given(stacked())
def test_every_height_on_the_page_is_its_figure(stored: dict[str, Any]) -> None:
    html = shown(stored)
    figures = [line["figures"][:-1] for line in stored["rows"]]
    body, totals = figures[:-1], figures[-1]
    if not any(isinstance(figure, int) for figure in totals):
        assert 'class="whole"' not in html
        return
    svg = next(one for one in drawings(html) if one.findall(".//line"))
    lines = [(float(line.attrib["y1"])) for line in svg.iter("line")]
    scale = [number(one.text or "") for one in svg.iter("text") if one.attrib["class"] == "axis-label"]
    unit = (lines[0] - lines[-1]) / (scale[-1] - scale[0])
    expected = expected_pieces(body, totals)
    found: list[tuple[str, int]] = []
    for css, title, box in boxes(svg):
        said = title.rpartition(": ")[2]
        if css == "band":
            assert said in ("<10", "withheld")
            assert box["height"] == pytest.approx(lines[0] - lines[-1], abs=PIXEL)
            continue
        found.append((css, number(said)))
        assert box["height"] == pytest.approx(number(said) * unit, abs=PIXEL), title
        if css == "whole":
            assert box["y"] + box["height"] == pytest.approx(lines[0], abs=PIXEL)
    assert sorted(found) == sorted(expected)
    tops = [one for one in svg.iter("text") if one.attrib["class"].startswith("total")]
    assert [(one.text or "").replace(",", "") for one in tops] == [str(figure) for figure in totals]
    for one, figure in zip(tops, totals, strict=True):
        if isinstance(figure, int):
            assert float(one.attrib["y"]) == pytest.approx(lines[0] - figure * unit - 6, abs=PIXEL)


def expected_pieces(body: list[list[Any]], totals: list[Any]) -> list[tuple[str, int]]:
    """Expected pieces by kind and figure, computed from published figures only."""
    expected = [("whole", total) for total in totals if isinstance(total, int)]
    for place, total in enumerate(totals):
        parts = [line[place] for line in body if isinstance(line[place], int)]
        expected += [("bar", part) for part in parts]
        if isinstance(total, int) and total > sum(parts):
            expected.append(("rest", total - sum(parts)))
    return expected


@settings(max_examples=40, deadline=None)
@given(flat())
def test_every_bar_on_the_page_is_its_figure(stored: dict[str, Any]) -> None:
    html = " ".join(shown(stored).split()).replace("> <", "><")
    body = [line["figures"][0] for line in stored["rows"][:-1]]
    numbers = [figure for figure in body if isinstance(figure, int)]
    tracks = re.findall(r'<svg( class="hidden-figure")? viewBox="0 0 100 10".*?</svg><span.*?>(.*?)</span>', html)
    if not numbers and stored["rows"][-1]["figures"][0] in ("<10", "withheld"):
        assert tracks == []
        return
    assert len(tracks) == (len(body) if numbers else 0)
    lengths = re.findall(r'viewBox="0 0 100 10"[^>]*>(?:<rect class="s0" width="([\d.]+)"[^>]*>)?</svg>', html)
    for figure, length, (hidden, said) in zip(body, lengths, tracks, strict=bool(numbers)):
        assert bool(hidden) == isinstance(figure, str)
        assert said.replace(",", "").replace("&lt;", "<") == str(figure)
        expected = 100 * figure / max(numbers) if isinstance(figure, int) else None
        assert (float(length) if length else None) == (pytest.approx(expected, abs=0.1) if expected else None)


@settings(max_examples=40, deadline=None)
@given(flat("map"))
def test_a_hidden_region_is_hatched_and_never_shaded(stored: dict[str, Any]) -> None:
    html = shown(stored)
    figures = {line["code"]: line["figures"][0] for line in stored["rows"]}
    if all(isinstance(figures[code], str) for code, _name, _figure in REGIONS):
        return
    svg = next(one for one in drawings(html) if one.findall(".//g"))
    names = {name: code for code, name, _figure in REGIONS}
    for tile in svg.iter("g"):
        name, said = (tile.findtext("title") or "").rsplit(": ", 1)
        figure = figures[names[name]]
        assert said.replace(",", "") == str(figure)
        is_hidden = isinstance(figure, str)
        assert ("shade-none" in tile.attrib["class"]) == is_hidden
        assert any("-hatch" in rect.attrib.get("fill", "") for rect in tile.iter("rect")) == is_hidden


@settings(max_examples=40, deadline=None)
@given(stacked())
def test_every_height_on_paper_is_its_figure(stored: dict[str, Any]) -> None:
    made = drawn(release(stored).tables[0], "DE", "en")
    totals = [figure for figure in stored["rows"][-1]["figures"][:-1] if isinstance(figure, int)]
    assert made is not None
    if not totals or not made.alt.startswith("Stacked"):
        return
    root = ET.fromstring(made.svg)
    lines = [float(line.attrib["y1"]) for line in root.iter(f"{SVG}line")]
    unit = (lines[0] - lines[-1]) / top_of(root)
    heights = [float(r.attrib["height"]) for r in root.iter(f"{SVG}rect") if r.attrib["fill"] == TRACK.colour][1:]
    assert heights == [pytest.approx(total * unit, abs=PIXEL) for total in totals]


def top_of(root: ET.Element) -> int:
    """The number at the top line of the grid."""
    ends = [one for one in root.iter(f"{SVG}text") if one.attrib.get("text-anchor") == "end"]
    return max(number(one.text or "0") for one in ends)


@settings(max_examples=40, deadline=None)
@given(flat())
def test_every_bar_on_paper_is_its_figure(stored: dict[str, Any]) -> None:
    made = drawn(release(stored).tables[0], "DE", "en")
    assert made is not None
    figures = [line["figures"][0] for line in stored["rows"][:-1]]
    numbers = [figure for figure in figures if isinstance(figure, int)]
    if not numbers or not made.svg:
        return
    rects = [one for one in ET.fromstring(made.svg).iter(f"{SVG}rect") if "height" in one.attrib]
    lengths = [float(one.attrib["width"]) for one in rects if one.attrib["fill"] == BAR]
    assert lengths == [pytest.approx(figure / max(numbers) * max(lengths), abs=PIXEL) for figure in numbers]


APRIL_TO_JUNE = table(
    "caller_group",
    texts("Who asked for advice"),
    [
        row("relative", texts("Relative"), "<10", 20, "<10", 30),
        row("school", texts("School"), "<10", "<10", "<10", 10),
        row("total", TOTAL, 20, 30, 20, 70),
    ],
    chart="stacked",
    columns=months(3),
)


def test_bars_of_april_may_and_june_equal_their_labels() -> None:
    """The picture of the fault: May was labelled 30 and drawn 20, April labelled 20 and not drawn."""
    svg = drawings(shown(APRIL_TO_JUNE))[-1]
    drawn_ = [(css, title.rpartition(": ")[2]) for css, title, _box in boxes(svg)]
    assert [said for css, said in drawn_ if css == "whole"] == ["20", "30", "20"]
    assert [said for css, said in drawn_ if css == "rest"] == ["20", "10", "20"]
    assert [said for css, said in drawn_ if css == "bar"] == ["20"]


@pytest.mark.parametrize("language", content.LANGUAGES)
def test_page_and_pdf_have_the_same_explanations(language: str) -> None:
    with override(language):
        page = presenting.page(content.read(document(tables=[APRIL_TO_JUNE, *evaluated()]), language))
        html = render_to_string("publishing/document.html", {"page": page, "release": {"digest": "0"}})
    words = WORDS[language]
    for rule in words.method_rules(10, 10):
        assert rule.replace("<", "&lt;") in html
    assert "{" not in "".join(note for section in page.sections for note in section.notes)


@pytest.mark.parametrize("language", content.LANGUAGES)
def test_numbers_on_the_page_are_written_as_the_language_does(language: str) -> None:
    large = table("caller_group", texts("Who"), [row("a", texts("A"), 12340), row("total", TOTAL, 12350)])
    with override(language):
        page = presenting.page(content.read(document(tables=[large, *evaluated()]), language))
        html = render_to_string("publishing/document.html", {"page": page, "release": {"digest": "0"}})
    plain = html.replace("&nbsp;", " ").replace("\xa0", " ").replace("\u202f", " ")
    expected = {"en": "12,340", "de": "12.340", "fr": "12 340"}[language]
    assert f'<span class="bar-value">{expected}</span>' in plain
    assert "12340" not in plain


def quarter(months_of: tuple[str, str, str], *figures: int | str) -> content.Content:
    columns = [{"code": month, "label": texts(month)} for month in (*months_of, "total")]
    stored = table("caller_group", texts("Who"), [row("total", TOTAL, *figures)], columns=columns, chart="stacked")
    period = {"kind": "quarter", "first": f"{months_of[0]}-01", "last": f"{months_of[2]}-30"}
    return content.read(document(tables=[stored, *evaluated()], period=period, revisions=[]), "en")


def test_lines_of_two_quarters_name_the_months_of_both_and_a_hidden_month_is_a_gap() -> None:
    first = quarter(("2026-01", "2026-02", "2026-03"), 30, 20, 30, 80)
    second = quarter(("2026-04", "2026-05", "2026-06"), 30, "<10", 40, 80)
    with override("en"):
        trend = presenting.page(second, first).trend
    assert [label.text for label in trend.labels] == ["Jan / Apr", "Feb / May", "Mar / Jun"]
    assert [len(line.dots) for line in trend.lines] == [3, 2]
    assert trend.lines[1].pieces == ()
    assert trend.signs == ("<10",)
