"""Parses postal codes, and CSV files of them. Makes no queries."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from .plain_text import fold, plain

COLUMNS = ("country", "postal_code", "place", "region_code")
_FIVE, _FOUR = re.compile(r"[0-9]{5}"), re.compile(r"[1-9][0-9]{3}")
PATTERNS = {"DE": _FIVE, "FR": _FIVE, "BE": _FOUR, "AT": _FOUR, "CH": _FOUR, "LI": _FOUR, "LU": _FOUR, "NL": _FOUR}
EXAMPLES = {"DE": "50667", "FR": "75011", "BE": "1000", "AT": "1010", "CH": "8001", "LU": "1234", "NL": "1012 AB"}
#: Prefixes of codes in international mail: "D-50667".
PREFIXES = {
    "DE": ("D", "DE"), "FR": ("F", "FR", "FX"), "BE": ("B", "BE"), "AT": ("A", "AT"), "CH": ("CH",), "LI": ("FL", "LI"),
    "LU": ("L", "LU", "LUX"), "NL": ("NL",),
}  # fmt: skip
_COUNTRY_OF = {prefix: country for country, prefixes in PREFIXES.items() for prefix in prefixes}
_PREFIX = re.compile(rf"({'|'.join(sorted(_COUNTRY_OF, key=len, reverse=True))})\s*-?\s*(?=[0-9])", re.IGNORECASE)
_ANY = re.compile(r"[A-Z0-9](?:-?[A-Z0-9]){1,9}")
_DIGITS = r"(?<![^\W_])([0-9](?:\s?[0-9]){3,4})(?!\s?[0-9])"
_LETTERS_OF_A_STREET = r"(?:\s?[A-Z]{2}(?![^\W_]))?"
_APART = r"[\s,;/-]+"
_TOWN = r"([^\W\d_].*)"
#: A code of another country before its town: parts with a digit, then words.
_ANY_AND_TOWN = re.compile(
    rf"([A-Z]*[0-9][A-Z0-9-]*(?:\s[A-Z]*[0-9][A-Z0-9]*)*){_APART}([^\W\d_][^\d]*)", re.IGNORECASE
)


@dataclass(frozen=True)
class Written:
    """A postal code as somebody wrote it. ``town``: what stood beside it. ``has_zero_added``: 1067 became 01067."""

    code: str
    town: str = ""
    has_zero_added: bool = False


def read_code(country: str, text: str) -> Written | None:
    """The code in "D-01067", "1067", "01067 Dresden", "67070 Strasbourg CEDEX", "1012 AB Amsterdam"; None without one.

    A prefix of another country is none of this country's codes: "F-75011" lies in no Land.
    """
    tidy = " ".join(plain(text).split()).strip(" ,;")
    prefix = _PREFIX.match(tidy)
    if country not in PATTERNS:
        return _read_any(tidy)
    if prefix and _COUNTRY_OF[prefix[1].upper()] != country:
        return None
    tidy = tidy[prefix.end() :] if prefix else tidy
    digits = _DIGITS + (_LETTERS_OF_A_STREET if country == "NL" else "")
    if found := re.fullmatch(rf"{digits}(?:(?:{_APART})?{_TOWN})?", tidy, re.IGNORECASE):
        return _written(country, found[1], found[2] or "")
    if found := re.fullmatch(
        rf"{_TOWN[:-2]}*?){_APART}(?:(?:{'|'.join(PREFIXES[country])})-)?{digits}", tidy, re.IGNORECASE
    ):
        return _written(country, found[2], found[1])
    return None


def _written(country: str, digits: str, town: str) -> Written | None:
    code = digits.replace(" ", "")
    lacks_zero = PATTERNS[country] is _FIVE and len(code) == len("1067") and code[0] != "0"
    code = f"0{code}" if lacks_zero else code
    is_one = PATTERNS[country].fullmatch(code) and not re.search(r"[0-9]{4}", town)  # else there are two codes
    return Written(code, town.strip(" ,;-"), lacks_zero) if is_one else None


def _read_any(text: str) -> Written | None:
    found = _ANY_AND_TOWN.fullmatch(text)
    code, town = (found[1], found[2].strip(" ,;-")) if found else (text, "")
    code = code.replace(" ", "").upper()
    return Written(code, town) if _ANY.fullmatch(code) else None


def country_of_prefix(text: str) -> str:
    """The country that a prefix such as "F-" names (ISO 3166-1); empty without one."""
    prefix = _PREFIX.match(" ".join(plain(text).split()))
    return _COUNTRY_OF[prefix[1].upper()] if prefix else ""


def is_cedex(town: str) -> bool:
    """Whether a French address is one of business mail, whose codes no list of municipalities has."""
    return "cedex" in fold(town).split()


def same_town(one: str, other: str) -> bool:
    """ "ST ETIENNE CEDEX 2" is Saint-Étienne; "Paris" is each of its arrondissements."""
    first, second = _town(one), _town(other)
    return (
        bool(first)
        and bool(second)
        and (first == second or second.startswith(f"{first} ") or first.startswith(f"{second} "))
    )


def _town(name: str) -> str:
    words = re.sub(r"[^\w]+", " ", fold(name)).split()
    words = words[: words.index("cedex")] if "cedex" in words else words
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


@dataclass(frozen=True)
class PostalCodeRow:
    """One postal code in one region."""

    country: str
    code: str
    places: str
    region: str
    is_main: bool


@dataclass(frozen=True)
class PostalCodeProblem:
    """A problem of a file; `line` as in an editor: the header is line 1."""

    line: int
    column: str
    reason: str
    value: str


class BadTable(Exception):
    """The file cannot be taken; nothing of it was written."""

    def __init__(self, problems: list[PostalCodeProblem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


def normalise(country: str, text: str) -> str:
    """The plain code of what was written, as ``read_code`` reads it; what is none stays, in capitals without blanks."""
    found = read_code(country, text)
    return found.code if found else re.sub(r"\s", "", plain(text)).upper()


def is_well_formed(country: str, code: str) -> bool:
    """Whether a normalised code has the shape of the country's codes."""
    return PATTERNS.get(country, _ANY).fullmatch(code) is not None


def read(lines: Iterable[str], *, country: str | None, regions: Mapping[str, str]) -> list[PostalCodeRow]:
    """Read and check a whole CSV file.

    `regions` gives the country of each known region code; with `country`, rows of other countries are wrong.
    Where no row of a code, or more than one, is called the main one, the first of them is.
    Raises BadTable with every problem found.
    """
    reader = _reader(lines)
    problems = [
        PostalCodeProblem(1, column, "missing", "") for column in COLUMNS if column not in (reader.fieldnames or [])
    ]
    rows: dict[tuple[str, str, str], PostalCodeRow] = {}
    for record in reader if not problems else ():
        values = {name: value.strip() for name, value in record.items() if name and isinstance(value, str)}
        if not any(values.values()):
            continue
        values["country"] = values.get("country", "").upper()
        if found := list(_check(values, reader.line_num, country, regions)):
            problems += found
        else:
            _add(_row(values), rows)
    if not rows and not problems:
        problems = [PostalCodeProblem(1, "postal_code", "empty", "")]
    if problems:
        raise BadTable(problems)
    return _with_one_main(rows.values())


def _reader(lines: Iterable[str]) -> csv.DictReader[str]:
    """With the delimiter that the header has, as spreadsheets of many countries write a semicolon."""
    rest = iter(lines)
    header = next(rest, "").removeprefix("\ufeff").lower()
    delimiter = max(",;\t", key=header.count)
    return csv.DictReader(chain([header], rest), delimiter=delimiter, skipinitialspace=True)


def _add(row: PostalCodeRow, rows: dict[tuple[str, str, str], PostalCodeRow]) -> None:
    """Several rows for one code in one region are its places; one of them called main is enough."""
    key = row.country, row.code, row.region
    known = rows.setdefault(key, row)
    places = dict.fromkeys([*known.places.split(", "), *row.places.split(", ")])
    rows[key] = replace(known, places=", ".join(places), is_main=known.is_main or row.is_main)


def _check(
    record: Mapping[str, str], line: int, country: str | None, regions: Mapping[str, str]
) -> Iterator[PostalCodeProblem]:
    values = {column: record.get(column, "") for column in (*COLUMNS, "main")}
    for column in COLUMNS:
        if not values[column]:
            yield PostalCodeProblem(line, column, "empty", "")
    if country and values["country"] and values["country"] != country:
        yield PostalCodeProblem(line, "country", "other_country", values["country"])
    code = normalise(values["country"], values["postal_code"])
    if code and not is_well_formed(values["country"], code):
        yield PostalCodeProblem(line, "postal_code", "malformed", values["postal_code"])
    if values["region_code"] and regions.get(values["region_code"]) != values["country"]:
        yield PostalCodeProblem(line, "region_code", "unknown_region", values["region_code"])
    if values["main"] not in {"", "yes", "no"}:
        yield PostalCodeProblem(line, "main", "not_yes_or_no", values["main"])


def _row(record: Mapping[str, str]) -> PostalCodeRow:
    country, code, place, region = (record[column] for column in COLUMNS)
    return PostalCodeRow(country, normalise(country, code), place, region, record.get("main", "") != "no")


def _with_one_main(rows: Collection[PostalCodeRow]) -> list[PostalCodeRow]:
    main: dict[tuple[str, str], PostalCodeRow] = {}
    for row in sorted(rows, key=lambda row: not row.is_main):
        main.setdefault((row.country, row.code), row)
    return [replace(row, is_main=main[row.country, row.code] is row) for row in rows]
