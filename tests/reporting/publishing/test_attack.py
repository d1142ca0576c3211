"""No cell can be recovered from all releases together; checked with an integer solver."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.contacts.initial_lists import CALLER_TYPES
from reporting.figures.measure import Source
from reporting.figures.measures import BY_CODE
from reporting.publishing.compiling import KeyLabel, Numbers, Reference, compile_release
from reporting.publishing.content import WITHHELD
from reporting.publishing.control import (
    UNBOUNDED,
    PeriodCell,
    Sum,
    bounds,
    cells_with_too_few_values,
    narrow,
    protect,
    shown,
)
from reporting.publishing.periods import span
from reporting.publishing.published_equations import figures, sums

from .attack import Finding, Interval, attack, exact, known_from, models

QUARTERS = ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
YEAR = (*QUARTERS, "2025")
MONTHS = ("2025-01", "2025-02", "2025-03", "2025-Q1")
SIZES = (300, 1000, 5000)
#: Number of seeds for each size.
ATTACKS = int(os.environ.get("LOTSE_ATTACKS", "1"))
#: What the work on cases is counted by.
WORK = (
    *("first_action", "duty_end", "duty_drop", "close_reason", "monitoring_end", "first_meeting"),
    *("action_end", "review_end", "goal_result", "effect"),
)
#: Contacts and seeds whose figures disclose cells if they are only rounded.
NEED_IT = ((300, 0), (1000, 7), (5000, 18))
GROUPS = {code: parent or code for code, parent, *_names in CALLER_TYPES}
REGIONS = [
    f"DE-{code}"
    for code in ["NW", "BY", "BW", "NI", "HE", "SN", "RP", "BE", "SH", "BB", "ST", "TH", "HH", "MV", "SL", "HB"]
]


def label(text: str) -> dict[str, str]:
    return {"en": text, "fr": text, "de": text}


REFERENCE = Reference(
    "Centre",
    "DE",
    caller_types=[KeyLabel(code, label(english), parent) for code, parent, english, *_others in CALLER_TYPES],
    regions=[KeyLabel(code, label(code)) for code in REGIONS],
)


def cells_of_year() -> int:
    """How many figures the four quarters and the year have together: each table's keys, and one total of each kind."""
    keys = {Source.CALLER_TYPES: GROUPS, Source.CALLER_GROUPS: set(GROUPS.values()), Source.REGIONS: REGIONS}
    tables = [measure for measure in BY_CODE.values() if measure.is_table]
    periods = {measure.code: len(YEAR) + (12 if measure.by_month else 0) for measure in tables}
    rows = [(len(keys.get(one.source, ())) + len(one.keys)) * periods[one.code] for one in tables]
    totals = [max(periods[one.code] for one in tables if one.of == of) for of in {one.of for one in tables}]
    return sum(rows) + sum(totals)


class Centre:
    """Generates a centre's counts of a year: few keys have most contacts, many have one or none."""

    def __init__(self, contacts: int, seed: int) -> None:
        self.chance = random.Random(seed)
        self.numbers: Counter[tuple[str, date, str]] = Counter()
        types = [entry.code for entry in REFERENCE.caller_types if entry.parent or self.chance.random() < 0.7]
        self.types = self.skewed(types)
        self.skews = {
            code: self.skewed([key for key, _label in measure.keys])
            for code, measure in BY_CODE.items()
            if measure.keys and (measure.is_table or code == "contacts") and code not in WORK
        }
        self.regions = self.skewed([*REGIONS, "abroad", "unknown"])
        for _number in range(contacts):
            self.add_contact()
        for _number in range(contacts // 4):
            self.add_referral()
        for _number in range(contacts // 3):
            self.add_case()
        for _number in range(contacts // 5):
            self.add(self.month(), other_kind=self.one("other_kind"))
        # After the others, whose seeds are known (NEED_IT).
        self.skews |= {code: self.skewed([key for key, _label in BY_CODE[code].keys]) for code in WORK}
        self.each("case_opened", self.add_beginning)
        for _number in range(contacts // 2):
            self.add_duty()
        self.each("case_duration", self.add_end)
        for code in ("action_end", "review_end", "goal_result", "effect"):
            for _number in range(contacts // 6):
                self.add(self.month(), **{code: self.one(code)})

    def each(self, measure: str, add: Callable[[date], None]) -> None:
        for month, number in [(month, number) for (code, month, _), number in self.numbers.items() if code == measure]:
            for _number in range(number):
                add(month)

    def skewed(self, keys: Sequence[str]) -> dict[str, float]:
        """Weights as of words in a text (Zipf)."""
        falling = self.chance.uniform(0.8, 2.2)
        order = self.chance.sample(keys, len(keys))
        return {key: 1 / (rank + 1) ** falling for rank, key in enumerate(order)}

    def of(self, skew: Mapping[str, float]) -> str:
        return self.chance.choices(list(skew), list(skew.values()))[0]

    def one(self, measure: str) -> str:
        return self.of(self.skews[measure])

    def month(self) -> date:
        return date(2025, self.chance.choices(range(1, 13), (9, 9, 10, 8, 8, 7, 4, 4, 9, 11, 12, 9))[0], 1)

    def add(self, month: date, **keys: str) -> None:
        self.numbers.update((measure, month, key) for measure, key in keys.items())

    def add_contact(self) -> None:
        caller, age, disposition = self.of(self.types), self.one("age_band"), self.one("disposition")
        is_minor = {"under_14": "yes", "14_17": "yes", "unknown": "unknown"}.get(age, "no")
        is_security = disposition == "security" or (disposition != "none" and self.chance.random() < 0.05)
        plain = {code: self.one(code) for code in ("channel", "language", "phenomenon", "sex", "repeat")}
        self.add(
            self.month(), contacts="all", caller_type=caller, caller_group=GROUPS[caller], age_band=age, minor=is_minor,
            disposition=disposition, security="yes" if is_security else "no", region=self.of(self.regions), **plain,
        )  # fmt: skip

    def add_referral(self) -> None:
        answer = self.chance.choices(("accepted", "declined", "expired", "withdrawn", "waiting"), (60, 20, 9, 3, 8))[0]
        is_later = self.chance.random() < 0.25
        first = answer if answer in ("accepted", "waiting") else "not_accepted"
        feedback = self.chance.choice(("yes", "no")) if answer == "accepted" else "not_accepted"
        times = {key: often for key, often in self.skews["referral_time"].items() if key != "none"}
        self.add(
            self.month(), referral_answer=answer, referral_first="later" if is_later else first,
            referral_feedback=feedback, referral_region=self.of(self.regions),
            referral_time=self.of(times) if answer in ("accepted", "declined") else "none",
        )  # fmt: skip

    def add_case(self) -> None:
        opened = self.month()
        self.add(opened, case_opened=self.one("case_opened"))
        if self.chance.random() < 0.7:
            self.add(
                max(opened, self.month()),
                case_duration=self.one("case_duration"),
                case_outcome=self.one("case_outcome"),
            )

    def add_beginning(self, opened: date) -> None:
        """Who was met within a week was met in an action, and without an action nobody was met."""
        action, meeting = self.one("first_action"), self.one("first_meeting")
        if action == "none":
            meeting = "none"
        elif action == "longer" and meeting == "7d":
            meeting = "longer"
        self.add(opened, first_action=action, first_meeting=meeting)

    def add_end(self, closed: date) -> None:
        """Monitored from then on, or not; or the work began again, and this is another end."""
        self.add(closed, close_reason=self.one("close_reason"))
        if self.chance.random() < 0.5:
            self.add(closed, monitoring_end=self.one("monitoring_end"))

    def add_duty(self) -> None:
        end = self.one("duty_end")
        drops = {key: often for key, often in self.skews["duty_drop"].items() if key != "none"}
        self.add(self.month(), duty_end=end, duty_drop=self.of(drops) if end == "dropped" else "none")


def released(numbers: Numbers, codes: Iterable[str], earlier: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """Make the releases in order; each takes the earlier ones into account."""
    found = list(earlier)
    for code in codes:
        compiled = compile_release(
            span(code),
            numbers,
            REFERENCE,
            small=10,
            base=10,
            counted_until=datetime(2026, 1, 5, tzinfo=UTC),
            earlier=found,
        )
        found.append(compiled.stored)
    return found


def of_year(numbers: Numbers) -> dict[PeriodCell, int]:
    """The real numbers behind every figure of the four quarters and the year."""
    return {cell: number(numbers, cell) for stored in released(numbers, YEAR) for cell in figures(stored)}


def number(numbers: Numbers, cell: PeriodCell) -> int:
    of = next((measure.code for measure in BY_CODE.values() if measure.of == cell.what), "")
    wanted = of if cell.key == "total" else cell.what
    return sum(
        many
        for (measure, month, key), many in numbers.items()
        if measure == wanted and cell.first <= month <= cell.last and cell.key in (key, "total")
    )


def safe(numbers: Numbers, codes: Sequence[str]) -> Finding:
    """Attacks the releases and asserts that nothing is found."""
    finding = attack(known_from(released(numbers, codes)), GROUPS, numbers)
    assert not finding.contradictory
    assert finding.recovered == []
    assert finding.narrowed == [], finding.told()
    return finding


@pytest.mark.parametrize("seed", range(ATTACKS))
@pytest.mark.parametrize("contacts", SIZES)
def test_nothing_is_recovered_from_four_quarters_and_the_year(contacts: int, seed: int) -> None:
    finding = safe(Centre(contacts, seed).numbers, YEAR)
    assert len(finding.possible) == cells_of_year()


@pytest.mark.parametrize("seed", range(ATTACKS))
@pytest.mark.parametrize("contacts", SIZES)
@pytest.mark.parametrize("codes", [MONTHS, ("2025", *QUARTERS)], ids=["months", "year first"])
def test_nothing_is_recovered_in_any_order_of_releases(codes: Sequence[str], contacts: int, seed: int) -> None:
    safe(Centre(contacts, seed).numbers, codes)


@pytest.mark.parametrize(("contacts", "seed"), NEED_IT if ATTACKS > 1 else NEED_IT[:1])
def test_cells_disclosed_by_rounding_alone_are_withheld(contacts: int, seed: int) -> None:
    numbers = Centre(contacts, seed).numbers
    rounded = {cell: rounded_to(10, 10, many) for cell, many in of_year(numbers).items()}
    assert attack(rounded, GROUPS, numbers).narrowed
    checked = released(numbers, YEAR)
    assert WITHHELD in {figure for stored in checked for figure in figures(stored).values()}
    assert attack(known_from(checked), GROUPS, numbers).narrowed == []


@pytest.mark.parametrize("seed", range(ATTACKS))
@pytest.mark.parametrize("contacts", SIZES[:2])
def test_late_corrections_between_releases_disclose_nothing(contacts: int, seed: int) -> None:
    """Cells without a contradiction are safe, and so are the releases after the correction, taken alone."""
    centre = Centre(contacts, seed)
    before = released(centre.numbers, QUARTERS[:2])
    for _number in range(contacts // 50):
        centre.add_contact()
        centre.add_referral()
    for measure, month, key in centre.chance.sample(sorted(centre.numbers), contacts // 10):
        if measure in ("channel", "language", "region", "sex", "phenomenon", "referral_region"):
            centre.numbers[measure, month, key] -= 1
            centre.numbers[measure, month, "unknown" if measure in ("region", "sex", "referral_region") else key] += 1
    releases = released(centre.numbers, YEAR[2:], before)
    finding = attack(known_from(releases), GROUPS)
    assert finding.narrowed == [], finding.told()
    finding = attack(known_from(releases[2:]), GROUPS, centre.numbers)
    assert not finding.contradictory
    assert finding.narrowed == [], finding.told()


@pytest.mark.parametrize("contacts", SIZES if ATTACKS > 1 else SIZES[:1])
def test_small_numbers_hidden_beside_exact_ones_are_recovered(contacts: int) -> None:
    numbers = Centre(contacts, 0).numbers
    real = of_year(numbers)
    finding = attack({cell: (0, 9) if many < 10 else (many, many) for cell, many in real.items()}, GROUPS, numbers)
    recovered = [cell for cell in finding.recovered if real[cell] < 10]
    assert len(recovered) > 20
    assert all(finding.possible[cell] == {real[cell]} for cell in recovered)


def test_plain_numbers_are_recovered() -> None:
    numbers = Centre(300, 0).numbers
    finding = attack({cell: (many, many) for cell, many in of_year(numbers).items()}, GROUPS, numbers)
    assert len(finding.recovered) == len(finding.possible) == cells_of_year()


@pytest.mark.parametrize("contacts", SIZES if ATTACKS > 1 else SIZES[1:2])
def test_rounding_to_five_narrows_cells(contacts: int) -> None:
    numbers = Centre(contacts, 0).numbers
    finding = attack({cell: rounded_to(8, 5, many) for cell, many in of_year(numbers).items()}, GROUPS, numbers)
    assert len(finding.narrowed) >= 10


def rounded_to(small: int, base: int, many: int) -> Interval:
    """The bounds of figures with this rounding, without disclosure control."""
    nearest = (many + base // 2) // base * base
    return (0, small - 1) if many < small else (max(small, nearest - base // 2), nearest + (base - 1) // 2)


def test_solver_extremes_equal_those_of_all_solutions() -> None:
    """Three groups and their total, small enough to try all solutions."""
    first, last = date(2025, 1, 1), date(2025, 3, 31)
    parts = [PeriodCell("sex", key, first, last) for key in ("female", "male", "diverse")]
    known = {
        **dict(zip(parts, [(15, 24), (20, 24), (0, 9)], strict=True)),
        PeriodCell("contact", "total", first, last): (55, 64),
    }
    worlds = [(a, b, c) for a in range(15, 25) for b in range(20, 25) for c in range(10) if 55 <= a + b + c <= 64]
    found = exact(known, GROUPS)
    assert [found[part] for part in parts] == [(min(one), max(one)) for one in zip(*worlds, strict=True)]
    assert found[PeriodCell("contact", "total", first, last)] == (55, 57)
    assert attack(known, GROUPS).possible[PeriodCell("contact", "total", first, last)] == {55, 56, 57}


def test_true_numbers_satisfy_the_equations() -> None:
    """Otherwise the equations would be wrong, and cells would only seem safe."""
    numbers = Centre(300, 3).numbers
    real = of_year(numbers)
    for _of, model in models({cell: (many, many) for cell, many in real.items()}, GROUPS):
        assert model.take(model.world_of(numbers))
        assert all(model.seen[cell] == {real[cell]} for cell in model.cells)


def test_disclosure_control_uses_only_true_sums() -> None:
    numbers = Centre(1000, 2).numbers
    real = of_year(numbers)
    found, hidden = sums(real, GROUPS)
    for one in found:
        if one.whole not in hidden:
            known = [real[part] for part in one.parts if part not in hidden]
            assert sum(known) <= real[one.whole], one
            assert len(known) < len(one.parts) or sum(known) == real[one.whole], one


class World(NamedTuple):
    """A table of ``keys`` in two periods and both together, divided in a second way too."""

    real: dict[PeriodCell, int]
    sums: list[Sum]
    told: dict[PeriodCell, tuple[int, int]]
    figures: dict[PeriodCell, int | str]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    halves = [(date(2025, 1, 1), date(2025, 6, 30)), (date(2025, 7, 1), date(2025, 12, 31))]
    year = (halves[0][0], halves[1][1])
    real: dict[PeriodCell, int] = {}
    ways: dict[str, tuple[str, ...]] = {"channel": ("a", "b", "c"), "group": ("x", "y")}
    for days in halves:
        many = draw(st.lists(st.integers(0, 60), min_size=3, max_size=3))
        cut = draw(st.integers(0, sum(many)))
        for what, numbers in (("channel", many), ("group", [cut, sum(many) - cut]), ("total", [sum(many)])):
            for key, one in zip(ways.get(what, ("all",)), numbers, strict=True):
                real[PeriodCell(what, key, *days)] = one
    added = []
    for place in [place for place in real if place.first == year[0]]:
        parts = tuple(place._replace(first=first, last=last) for first, last in halves)
        real[PeriodCell(place.what, place.key, *year)] = sum(real[part] for part in parts)
        added.append(Sum(PeriodCell(place.what, place.key, *year), parts))
    for days in (*halves, year):
        for what, keys in ways.items():
            added.append(Sum(PeriodCell("total", "all", *days), tuple(PeriodCell(what, key, *days) for key in keys)))
    first = {place: bounds(shown(many)) for place, many in real.items() if place.last == halves[0][1]}
    told = first if draw(st.booleans()) else dict.fromkeys(first, (0, UNBOUNDED))
    return World(real, added, told, {place: shown(many) for place, many in real.items() if place not in first})


@given(worlds())
def test_the_real_numbers_lie_in_the_bounds(world: World) -> None:
    known = {**world.told, **{place: bounds(figure) for place, figure in world.figures.items()}}
    found = narrow(known, world.sums)
    for place, many in world.real.items():
        assert found[place][0] <= many <= found[place][1]
        assert known[place][0] <= found[place][0] <= found[place][1] <= known[place][1]


@given(worlds())
def test_protect_only_withholds_figures(world: World) -> None:
    result = protect(world.figures, world.told, world.sums, 10, 10)
    assert list(result) == list(world.figures)
    assert all(figure in (world.figures[place], WITHHELD) for place, figure in result.items())
    lost = cells_with_too_few_values({**dict.fromkeys(world.figures, (0, UNBOUNDED)), **world.told}, world.sums)
    known = {**world.told, **{place: bounds(figure) for place, figure in result.items()}}
    assert cells_with_too_few_values(known, world.sums) <= lost


@given(st.integers(0, 10_000), st.integers(2, 30), st.sampled_from((4, 5, 7, 10, 20)))
def test_a_number_lies_in_the_bounds_of_its_figure(many: int, small: int, base: int) -> None:
    low, high = bounds(shown(many, small, base), small, base)
    assert low <= many <= high
    assert {shown(one, small, base) for one in range(low, high + 1)} == {shown(many, small, base)}
