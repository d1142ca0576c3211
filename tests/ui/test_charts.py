"""Charts: what is drawn stands for the values, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import charts
from ui.shapes import Value
from ui.tile_maps import GRIDS

TEXT = charts.Text("Contacts", head="Month", column="Contacts", hidden="<10")
VALUES: st.SearchStrategy[Value] = st.one_of(st.none(), st.integers(0, 100_000))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[tuple[str, list[Value]]]]:
    """Up to 14 categories, up to 5 series."""
    names = [f"category {place}" for place in range(draw(st.integers(0, 14)))]
    rows = st.lists(VALUES, min_size=len(names), max_size=len(names))
    return names, [(f"series {place}", draw(rows)) for place in range(draw(st.integers(0, 5)))]


@given(tables())
def test_heights_are_proportional_and_stay_inside(table: tuple[list[str], list[tuple[str, list[Value]]]]) -> None:
    drawing = charts.stacked_bars(TEXT, *table)
    per_one = [bar.height / bar.value for bar in drawing.bars if bar.value and bar.height > 5]
    assert all(ratio == pytest.approx(per_one[0], rel=0.01) for ratio in per_one)
    assert all(bar.y >= 0 and bar.y + bar.height <= drawing.height for bar in drawing.bars)
    assert all(bar.x >= drawing.left and bar.x + bar.width <= drawing.right for bar in drawing.bars)


@given(tables())
def test_there_is_one_piece_per_value_above_zero(table: tuple[list[str], list[tuple[str, list[Value]]]]) -> None:
    drawing = charts.stacked_bars(TEXT, *table)
    assert sorted(bar.value for bar in drawing.bars if bar.value) == sorted(v for _n, row in table[1] for v in row if v)


@given(tables())
def test_the_table_holds_what_was_given(table: tuple[list[str], list[tuple[str, list[Value]]]]) -> None:
    names, series = table
    drawing = charts.lines(TEXT, names, series)
    assert [row.label for row in drawing.rows] == names
    assert [[row.values[place] for row in drawing.rows] for place in range(len(series))] == [row for _n, row in series]


def test_the_total_stands_on_top() -> None:
    drawing = charts.stacked_bars(TEXT, ["Jan", "Feb"], [("A", [1, 2]), ("B", [3, 4])])
    assert [label.text for label in drawing.totals] == ["4", "6"]
    assert [row.total for row in drawing.rows] == [4, 6]


def test_a_sum_with_a_hidden_part_is_not_shown() -> None:
    drawing = charts.stacked_bars(TEXT, ["Jan", "Feb"], [("A", [20, 20]), ("B", [None, 30])])
    assert [label.text for label in drawing.totals] == ["50"]
    assert [row.total for row in drawing.rows] == [None, 50]


def test_given_totals_win_over_sums() -> None:
    drawing = charts.stacked_bars(TEXT, ["Jan"], [("A", [20]), ("B", [None])], totals=[30])
    assert [label.text for label in drawing.totals] == ["30"]


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
    longest = max((value for value in values if value), default=1)
    assert [bar.percent for bar in drawing.bars] == [round((value or 0) / longest * 100, 2) for value in values]
    assert [bar.text == "<10" for bar in drawing.bars] == [value is None for value in values]


@given(st.dictionaries(st.sampled_from([place.code for place in GRIDS["DE"]]), VALUES))
def test_darker_never_means_fewer(values: dict[str, Value]) -> None:
    tiles = [tile for tile in charts.tile_grid(TEXT, "DE", values).tiles if tile.value is not None]
    by_value = sorted(tiles, key=lambda tile: (tile.value or 0, tile.shade))
    assert [tile.shade for tile in by_value] == sorted(tile.shade for tile in by_value)


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
