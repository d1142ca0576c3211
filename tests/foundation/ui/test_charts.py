"""Charts: shapes correspond exactly to the values."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from foundation.ui import charts
from foundation.ui.shapes import Value, is_number
from foundation.ui.tile_maps import GRIDS

TEXT = charts.Text("Contacts", head="Month", column="Contacts", hidden="<10")
VALUES: st.SearchStrategy[Value] = st.one_of(st.none(), st.just("withheld"), st.integers(0, 100_000))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, list[Value]]]]:
    """Up to 14 categories, up to 5 series."""
    names = [f"category {place}" for place in range(draw(st.integers(0, 14)))]
    rows = st.lists(VALUES, min_size=len(names), max_size=len(names))
    return names, [(f"series {place}", draw(rows)) for place in range(draw(st.integers(0, 5)))]


@given(tables())
def test_heights_are_proportional_and_stay_inside(table: tuple[list[str], list[tuple[str, list[Value]]]]) -> None:
    drawing = charts.stacked_bars(TEXT, *table)
    per_one = [bar.height / bar.value for bar in drawing.bars if is_number(bar.value) and bar.height > 5]
    assert all(ratio == pytest.approx(per_one[0], rel=0.01) for ratio in per_one)
    assert all(bar.y >= 0 and bar.y + bar.height <= drawing.height for bar in drawing.bars)
    assert all(bar.x >= drawing.left and bar.x + bar.width <= drawing.right for bar in drawing.bars)


@given(tables())
def test_there_is_one_piece_per_value_above_zero(table: tuple[list[str], list[tuple[str, list[Value]]]]) -> None:
    drawing = charts.stacked_bars(TEXT, *table)
    shown = [value for _name, row in table[1] for value in row if is_number(value) and value]
    assert sorted(bar.value for bar in drawing.bars if is_number(bar.value)) == sorted(shown)


@given(tables(), st.data())
def test_totals_of_their_own_have_their_own_lengths(
    table: tuple[list[str], list[tuple[str, list[Value]]]], data: st.DataObject
) -> None:
    """Whatever the parts are: a total has its value's length, and a rest only what is left above the shown parts."""
    names, series = table
    totals = data.draw(st.lists(VALUES, min_size=len(names), max_size=len(names)))
    drawing = charts.stacked_bars(TEXT, names, series, totals=totals)
    floor, ceiling = drawing.grid[0].y, drawing.grid[-1].y
    top = charts.scale_top(max([value for value in totals if is_number(value)], default=0))
    heights = [sum(value for _n, row in series if is_number(value := row[place])) for place in range(len(names))]
    unit = (floor - ceiling) / charts.scale_top(max([top, *heights], default=0))
    framed = {bar.category: bar for bar in drawing.frames}
    rests = {bar.category: bar for bar in drawing.rests}
    bands = {bar.category: bar for bar in drawing.bands}
    for name, total, height in zip(names, totals, heights, strict=True):
        assert (name in bands) == (not is_number(total))
        if not is_number(total):
            assert name not in framed
            assert name not in rests
            assert bands[name].height == pytest.approx(floor - ceiling, abs=0.1)
            continue
        if total:
            assert framed[name].height == pytest.approx(total * unit, abs=0.1)
            assert framed[name].y + framed[name].height == pytest.approx(floor, abs=0.1)
        assert (name in rests) == (total > height)
        if total > height:
            assert rests[name].value == total - height
            assert rests[name].height == pytest.approx((total - height) * unit, abs=0.1)
    shown = {top.x: top for top in drawing.totals}
    assert len(shown) == len(names)
    for top_, total in zip(drawing.totals, totals, strict=True):
        assert top_.value == total
        if is_number(total):
            assert top_.y == pytest.approx(floor - total * unit - 6, abs=0.1)


def test_a_seventh_series_is_striped() -> None:
    drawing = charts.stacked_bars(TEXT, ["Jan"], [(f"S{place}", [1]) for place in range(9)])
    assert [bar.is_striped for bar in drawing.bars] == [False] * 6 + [True] * 3
    assert len({(bar.css, bar.is_striped) for bar in drawing.bars}) == 9


def test_a_value_between_two_hidden_ones_is_a_dot_of_the_sparkline() -> None:
    line = charts.sparkline("A", [None, 5, "<10", 1, 2]).line
    assert line is not None
    assert [dot.value for dot in line.dots] == [5]


@pytest.mark.parametrize("hidden", [None, "<10", "withheld"])
def test_what_is_hidden_has_no_length_no_place_and_no_shade(hidden: Value) -> None:
    bars = charts.horizontal_bars(TEXT, [("A", hidden), ("B", 20)])
    assert [(bar.percent, bar.is_hidden) for bar in bars.bars] == [(0, True), (100, False)]
    line = charts.lines(TEXT, ["Jan", "Feb", "Mar"], [("A", [10, hidden, 30])])
    assert [dot.category for dot in line.lines[0].dots] == ["Jan", "Mar"]
    assert line.lines[0].pieces == ()
    tiles = {tile.code: tile for tile in charts.tile_grid(TEXT, "DE", {"DE-BE": hidden, "DE-BY": 20}).tiles}
    assert (tiles["BE"].shade, tiles["BE"].is_hidden) == ("none", True)
    assert bars.signs == (hidden or "<10",)


def test_numbers_are_written_as_the_language_does() -> None:
    written = {}
    for language in ("en", "de", "fr"):
        with override(language):
            written[language] = [TEXT.said(12340), TEXT.said(2.5), TEXT.said("<10"), TEXT.said(None)]
    assert written["en"] == ["12,340", "2.5", "<10", "<10"]
    assert written["de"] == ["12.340", "2,5", "<10", "<10"]
    assert written["fr"][0].replace("\xa0", " ").replace("\u202f", " ") == "12 340"


def test_the_legend_of_a_map_has_the_shades_that_occur() -> None:
    drawing = charts.tile_grid(TEXT, "DE", {"DE-BE": 100, "DE-BY": 90, "DE-SN": 10, "DE-HH": "<10"})
    assert [(step.shade, step.low, step.high) for step in drawing.scale] == [("0", 10, 10), ("4", 90, 100)]


@given(tables())
def test_the_table_holds_what_was_given(table: tuple[list[str], list[tuple[str, list[Value]]]]) -> None:
    names, series = table
    drawing = charts.lines(TEXT, names, series)
    assert [row.label for row in drawing.rows] == names
    assert [[row.values[place] for row in drawing.rows] for place in range(len(series))] == [row for _n, row in series]


def test_the_total_stands_on_top() -> None:
    drawing = charts.stacked_bars(TEXT, ["Jan", "Feb"], [("A", [1, 2]), ("B", [3, 4])])
    assert [top.value for top in drawing.totals] == [4, 6]
    assert drawing.frames == ()
    assert [row.total for row in drawing.rows] == [4, 6]


def test_a_sum_with_a_hidden_part_is_not_shown() -> None:
    drawing = charts.stacked_bars(TEXT, ["Jan", "Feb"], [("A", [20, 20]), ("B", [None, 30])])
    assert [top.value for top in drawing.totals] == [50]
    assert [bar.category for bar in drawing.bands] == ["Jan"]
    assert [row.total for row in drawing.rows] == [None, 50]


def test_given_totals_win_over_sums() -> None:
    drawing = charts.stacked_bars(TEXT, ["Jan"], [("A", [20]), ("B", [None])], totals=[30])
    assert [top.value for top in drawing.totals] == [30]
    assert [bar.value for bar in drawing.frames] == [30]
    assert [bar.value for bar in drawing.rests] == [10]


@given(st.one_of(st.integers(0, 10**9), st.floats(0, 10**9)))
def test_the_scale_ends_at_a_round_number_not_far_above(largest: float) -> None:
    top = charts.scale_top(largest)
    assert top >= largest
    assert top % 4 == 0
    assert top <= max(4, 2 * largest)


@pytest.mark.parametrize(("largest", "top"), [(0, 4), (4, 4), (5, 8), (107, 120), (100, 120), (1000, 1200), (320, 320)])
def test_scale_examples(largest: float, top: float) -> None:
    assert charts.scale_top(largest) == top


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nothing_to_show_is_empty(values: list[Value]) -> None:
    names = [str(place) for place in range(len(values))]
    assert charts.stacked_bars(TEXT, names, [("A", values)]).empty
    assert charts.lines(TEXT, names, [("A", values)]).empty
    assert charts.horizontal_bars(TEXT, zip(names, values, strict=True)).empty
    assert charts.sparkline("A", values).empty
    assert charts.tile_grid(TEXT, "DE", {}).empty


def test_zero_is_a_value() -> None:
    assert not charts.horizontal_bars(TEXT, [("A", 0)]).empty


def test_a_hidden_value_leaves_a_gap_in_the_line() -> None:
    drawing = charts.lines(TEXT, list("abcde"), [("A", [1, 2, None, 3, 4])])
    assert [len(piece.split()) for piece in drawing.lines[0].pieces] == [2, 2]
    assert len(drawing.lines[0].dots) == 4


@given(st.lists(VALUES, min_size=1, max_size=20))
def test_horizontal_bars_are_shares_of_the_longest(values: list[Value]) -> None:
    drawing = charts.horizontal_bars(TEXT, [(str(place), value) for place, value in enumerate(values)])
    longest = max((value for value in values if is_number(value)), default=1) or 1
    lengths = [round(value / longest * 100, 2) if is_number(value) else 0 for value in values]
    assert [bar.percent for bar in drawing.bars] == lengths
    assert [bar.is_hidden for bar in drawing.bars] == [not is_number(value) for value in values]


@given(st.dictionaries(st.sampled_from([place.code for place in GRIDS["DE"]]), VALUES))
def test_darker_tile_never_has_a_smaller_value(values: dict[str, Value]) -> None:
    tiles = [(tile.value, tile.shade) for tile in charts.tile_grid(TEXT, "DE", values).tiles if is_number(tile.value)]
    by_value = sorted(tiles)
    assert [shade for _value, shade in by_value] == sorted(shade for _value, shade in by_value)


@pytest.mark.parametrize(("country", "regions"), [("DE", 16), ("FR", 18), ("BE", 11)])
def test_every_region_has_a_tile_of_its_own(country: str, regions: int) -> None:
    grid = GRIDS[country]
    assert len({place.code for place in grid}) == regions
    assert len({(place.row, place.column) for place in grid}) == regions


def test_uneven_negative_and_unknown_are_refused() -> None:
    with pytest.raises(ValueError, match="2 values for 1"):
        charts.stacked_bars(TEXT, ["Jan"], [("A", [1, 2])])
    with pytest.raises(ValueError, match="below zero"):
        charts.horizontal_bars(TEXT, [("A", -1)])
    with pytest.raises(ValueError, match="no tile"):
        charts.tile_grid(TEXT, "DE", {"FR-IDF": 1})
