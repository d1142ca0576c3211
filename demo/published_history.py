"""An invented history of a centre, as long and as divided as a published table says. Pure."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")
SOURCE = "Prevent England and Wales (Home Office)"
MEASURE = "referrals"
DELIMITER = ";"
ENCODING = "cp1252"
HEADER = (
    "Invented", "Day", "Caller", "Channel", "Language", "State", "Concern", "Age", "Sex", "Result", "Police told",
    "Before",
)  # fmt: skip
#: Who asks, in the words of an invented centre, by category of the published table; the rest is divided by weight.
CATEGORIES = {"education": "School", "police": "Police"}
REST = {
    "Mother or father": 30, "Brother or sister": 9, "Spouse": 5, "Aunt, uncle": 6, "Friend": 11, "Neighbour": 5,
    "Social worker": 13, "Doctor": 8, "Mosque or church": 4, "Employer": 4, "The person": 2, "Not said": 3,
}  # fmt: skip
COLUMNS = {
    "Channel": {"Phone": 70, "Mail": 18, "Form": 8, "Visit": 4},
    "Language": {"German": 74, "Turkish": 7, "Arabic": 6, "English": 6, "Russian": 3, "": 4},
    "State": {
        "Baden-Württemberg": 12, "Bayern": 15, "Berlin": 9, "Brandenburg": 3, "Bremen": 1, "Hamburg": 4, "Hessen": 9,
        "Mecklenburg-Vorpommern": 2, "Niedersachsen": 8, "Nordrhein-Westfalen": 20, "Rheinland-Pfalz": 4, "Saarland": 1,
        "Sachsen": 5, "Sachsen-Anhalt": 2, "Schleswig-Holstein": 2, "Thüringen": 2, "Abroad": 2, "": 6,
    },
    "Concern": {"Islamism": 38, "Far right": 26, "Far left": 2, "Conspiracy": 9, "Unclear": 17, "": 8},
    "Sex": {"m": 74, "f": 18, "d": 1, "": 7},
    "Result": {"Advice": 58, "Own case": 11, "Handed on": 19, "Police": 4, "Youth office": 3, "": 5},
    "Police told": {"yes": 6, "no": 94},
    "Before": {"first": 81, "again": 19},
}  # fmt: skip
AGES = {**dict.fromkeys(range(9, 14), 1), **dict.fromkeys(range(14, 21), 6), **dict.fromkeys(range(21, 60), 1)}


class NotPublished(Exception):
    """The table has no such row."""


def period(year: str) -> tuple[date, date]:
    """``2022-04/2023-03`` or ``2023``: its first and last day. Raises ValueError."""
    first, _slash, last = year.partition("/") if "/" in year else (f"{year}-01", "", f"{year}-12")
    try:
        begin, end = (date.fromisoformat(f"{month}-01") for month in (first, last))
    except ValueError:
        raise ValueError(f"{year} is no period, such as 2022-04/2023-03 or 2023.") from None
    if begin > end:
        raise ValueError(f"{year} ends before it begins.")
    return begin, (end.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def published(lines: Iterable[str], year: str) -> dict[str, int]:
    """How many of each category, with the key ``rest``. Raises NotPublished."""
    rows = [row for row in csv.DictReader(lines) if (row["source"], row["measure"]) == (SOURCE, MEASURE)]
    said = {row["category"]: row["value"] for row in rows if row["period"] == year}
    found = {category: int(value) for category, value in said.items() if (value or "").isascii() and value.isdigit()}
    if not {"all", *CATEGORIES} <= found.keys():
        raise NotPublished(f"The table does not divide the {MEASURE} of {year}.")
    parts = {category: found[category] for category in CATEGORIES}
    if not found["all"] or found["all"] < sum(parts.values()):
        raise NotPublished(f"The parts of {year} are more than the whole, or there is none.")
    return parts | {"rest": found["all"] - sum(parts.values())}


def scaled(parts: dict[str, int], contacts: int) -> dict[str, int]:
    """The same shares of another whole: rounded down, and what is missing goes to the rest."""
    whole = sum(parts.values())
    made = {category: number * contacts // whole for category, number in parts.items()}
    return made | {"rest": made["rest"] + contacts - sum(made.values())}


def history(parts: dict[str, int], first: date, last: date, rng: random.Random) -> Iterator[tuple[str, ...]]:
    """Rows by day, exactly so many of each category, one at a time: as many as are wanted fit into memory."""
    left = dict(parts)
    whole = sum(parts.values())
    days = (last - first).days + 1
    for place in range(whole):
        category = _pick(rng, left)
        left[category] -= 1
        day = first + timedelta(days=place * days // whole)
        caller = CATEGORIES.get(category) or _pick(rng, REST)
        age = "" if rng.random() < 0.12 else str(_pick(rng, AGES))
        said = {name: _pick(rng, weights) for name, weights in COLUMNS.items()} | {"Age": age, "Caller": caller}
        yield ("yes", f"{day:%d.%m.%Y}", *(said[name] for name in HEADER[2:]))


def _pick(rng: random.Random, weights: dict[T, int]) -> T:
    return rng.choices(list(weights), list(weights.values()))[0]
