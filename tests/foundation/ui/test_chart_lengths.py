"""Charts in a browser: lengths are proportional to the figures, at every width."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.xdist_group("scripts")

BARS = """heading => [...document.querySelectorAll(`section[aria-labelledby=${heading}] .bars > div`)]
  .map(row => ({said: row.querySelector(".bar-value").textContent,
                track: row.querySelector("svg").getBoundingClientRect().width,
                bar: row.querySelector("rect")?.getBoundingClientRect().width ?? null}))"""
STACKS = """heading => {
  const svg = document.querySelector(`section[aria-labelledby=${heading}] figure > svg`);
  const box = one => one.getBoundingClientRect();
  const lines = [...svg.querySelectorAll("line.grid")].map(line => box(line).y);
  const said = [...svg.querySelectorAll(".axis-label")].map(one => Number(one.textContent.replaceAll(",", "")));
  return {
    unit: (lines[0] - lines.at(-1)) / said.at(-1), floor: lines[0], ceiling: lines.at(-1),
    pieces: [...svg.querySelectorAll("rect:not(.over)")].map(rect => {
      const {width, height} = rect.getBBox(), scale = svg.getScreenCTM().d;
      return {css: rect.className.baseVal, title: rect.querySelector("title").textContent, height: height * scale};
    })};
}"""


@pytest.fixture(params=[1440, 700, 360])
def sized(request: pytest.FixtureRequest, page: Page, gallery: str) -> Page:
    page.set_viewport_size({"width": request.param, "height": 900})
    page.goto(gallery)
    return page


def test_bars_are_as_long_as_their_figures_say(sized: Page) -> None:
    rows: list[dict[str, Any]] = sized.evaluate(BARS, "c4")
    assert len({round(row["track"]) for row in rows}) == 1, "tracks of different lengths cannot be compared"
    assert {row["said"]: row["bar"] for row in rows if row["bar"] is None} == {"<10": None, "withheld": None}
    shown = {row["said"]: row["bar"] for row in rows if row["bar"] is not None}
    assert shown["1,240"] == pytest.approx(rows[0]["track"], abs=1)
    assert shown["310"] == pytest.approx(rows[0]["track"] * 310 / 1240, abs=1)


def test_totals_and_parts_are_as_high_as_their_figures_say(sized: Page) -> None:
    found: dict[str, Any] = sized.evaluate(STACKS, "c8")
    heights: dict[str, list[int]] = {}
    for piece in found["pieces"]:
        name, _colon, figure = piece["title"].rpartition(": ")
        if piece["css"] == "band":
            assert (name, figure) == ("Apr, Total", "withheld")
            assert piece["height"] == pytest.approx(found["floor"] - found["ceiling"], abs=1)
            continue
        value = int(figure.replace(",", ""))
        heights.setdefault(piece["css"].split()[0], []).append(value)
        assert piece["height"] == pytest.approx(value * found["unit"], abs=1), piece
    assert heights == {"whole": [30, 30, 1540], "rest": [20], "bar": [10, 20, 20, 1230, 310]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hidden_figures_are_hatched_and_explained_in_words(page: Page, gallery: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.goto(gallery)
    card = page.locator("section[aria-labelledby=c8]")
    assert card.get_by_text("<10, withheld: hidden, drawn without a length").is_visible()
    assert card.get_by_text("not shown: hidden figures, and what rounding leaves").is_visible()
    image = "one => getComputedStyle(one).backgroundImage"
    tracks = page.locator("section[aria-labelledby=c4] svg.hidden-figure")
    assert [track.evaluate(image).split("(")[0] for track in tracks.all()] == ["repeating-linear-gradient"] * 2
    tiles = page.locator("section[aria-labelledby=c2] g.shade-none")
    assert tiles.count() == 1  # Saxony, of which the example knows nothing
    hatch = tiles.locator("rect[fill]").evaluate("one => getComputedStyle(one).fill")
    assert "-hatch" in hatch
    ground = tiles.locator("rect.ground").evaluate("one => getComputedStyle(one).fill")
    assert ground == page.locator("section[aria-labelledby=c2]").evaluate(
        "one => getComputedStyle(one).backgroundColor"
    )
