"""A centre's past, row by row: reading, checking and adding up a file that may be longer than memory. Pure.

A row is a past contact, or so many alike. It is added to the counts of its month and forgotten.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from .mapping import FIELDS, INSTEAD, Field, FileMapping, Lists, Unusable, columns, read_day

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FIRST_DAY = date(1990, 1, 1)
LONGEST_VALUE = 200  # characters
LONGEST_LINE = 131_072  # characters; the csv module's own limit of a value
LISTED = 1000
STEP = 1000  # rows between two signs of progress
Cells = Counter[tuple[str, date, str]]
MINORS = {"under_14": "yes", "14_17": "yes", "unknown": "unknown"}


class Rule(StrEnum):
    """What a row or value does not keep to."""

    COLUMNS = "the row has not as many columns as the header"
    UNREADABLE = "the row cannot be read as CSV: look for a quotation mark that is not closed, or an endless line"
    TOO_LONG = "longer than 200 characters: is this a note? Notes do not belong into this file"
    NUL = "holds a NUL byte"
    ENCODING = "holds bytes that the encoding named in the mapping does not know"
    EMPTY = "is empty, and the mapping gives no default"
    DATE = "is no day in a format that the mapping names"
    EARLY = "lies before 1990"
    FUTURE = "lies in the future"
    COUNTED = "contacts of this month are counted in Lotse already: these would be counted twice"
    NUMBER = "is no whole number from 1 to 1,000,000"
    AGE = "is no age in whole years from 0 to 120"
    POSTAL_CODE = "is no postal code that we know, and no word that the mapping names"
    CODE = "is no code of ours, and no word that the mapping names"


RULES = {"number": Rule.NUMBER, "age": Rule.AGE, "postal_code": Rule.POSTAL_CODE}


class Problem(NamedTuple):
    """``row`` as a spreadsheet numbers it: the header is row 1. ``column`` is empty when it is about the whole row."""

    row: int
    column: str
    value: str
    rule: Rule


class Contact(NamedTuple):
    """What one row says. ``keys``: by field; ``number``: so many alike."""

    day: date
    number: int
    keys: dict[str, str]


@dataclass
class Past:
    """What a whole file adds up to. ``wrong``: all problems; ``problems``: the first of them. ``digest``: SHA-256."""

    rows: int = 0
    contacts: int = 0
    first: date = date.max
    last: date = date.min
    counts: Cells = field(default_factory=Counter)
    wrong: int = 0
    problems: list[Problem] = field(default_factory=list)
    digest: str = ""

    @property
    def months(self) -> set[date]:
        return {month for _measure, month, _key in self.counts}


class Source(io.RawIOBase):
    """A file that is read once, from its start: its bytes are counted and digested as they pass."""

    def __init__(self, raw: io.FileIO) -> None:
        self._raw = raw
        self._sha = hashlib.sha256()
        self.passed = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        size = self._raw.readinto(buffer)
        self._sha.update(memoryview(buffer)[:size])
        self.passed += size
        return size

    @property
    def digest(self) -> str:
        return self._sha.hexdigest()


class Checked:
    """The rows of a source, checked one after the other. Raises Unusable when the header does not fit the mapping."""

    def __init__(self, source: Source, mapping: FileMapping, lists: Lists) -> None:
        self._mapping, self._lists = mapping, lists
        text = io.TextIOWrapper(
            io.BufferedReader(source, 65_536), encoding=mapping.encoding, errors="surrogateescape", newline=""
        )
        self._csv = csv.reader(_lines(text), delimiter=mapping.delimiter, strict=True)
        self._header = self._read_header()
        self._read = [(one, self._header.index(one.column)) for one in mapping.fields if one.column]
        self._fixed = {name: neutral for name, neutral in FIELDS.items() if neutral and name not in INSTEAD}
        self._fixed |= {_target(one): str(one.default) for one in mapping.fields if not one.column}
        self._day = lru_cache(4096)(self._read_day)

    def _read_header(self) -> list[str]:
        try:
            header = [name.strip() for name in next(self._csv, [])]
        except (csv.Error, Endless) as error:
            raise Unusable("The first row of the file cannot be read as CSV.") from error
        if not any(header):
            raise Unusable("The file is empty, or its first row is.")
        if any(_is_broken(name) for name in header) or header[0].startswith("\u00ef\u00bb\u00bf"):
            raise Unusable("The first row of the file is not in the encoding that the mapping names.")
        for wanted in columns(self._mapping):
            if header.count(wanted) != 1:
                has = "more than one column" if wanted in header else "no column"
                raise Unusable(f'The file has {has} "{wanted}". Its columns: {shown(", ".join(header))}.')
        return header

    def __iter__(self) -> Iterator[Contact | list[Problem]]:
        """Of each row that is not blank: what it says, or all that is wrong with it."""
        number = 1
        while True:
            number += 1
            try:
                row = next(self._csv)
            except StopIteration:
                return
            except csv.Error:
                yield [Problem(number, "", "", Rule.UNREADABLE)]
            except Endless:
                yield [Problem(number, "", "", Rule.UNREADABLE)]
                return
            else:
                if row:
                    yield self._check(number, row)

    def _check(self, number: int, row: list[str]) -> Contact | list[Problem]:
        if len(row) != len(self._header):
            return [Problem(number, "", f"{len(row)} instead of {len(self._header)}", Rule.COLUMNS)]
        whole = "".join(row)
        if len(whole) > LONGEST_VALUE or not whole.isprintable():
            broken = [(name, value, _flaw(value)) for name, value in zip(self._header, row, strict=True)]
            problems = [Problem(number, name, value[: LONGEST_VALUE + 1], flaw) for name, value, flaw in broken if flaw]
            if problems:
                return problems
        return self._understood(number, row)

    def _understood(self, number: int, row: list[str]) -> Contact | list[Problem]:
        keys, problems = self._fixed.copy(), []
        day: date | Rule = Rule.EMPTY
        for one, place in self._read:
            word = row[place].strip()
            if one.name == "date":
                day = self._day(word) if word else Rule.EMPTY
                key, rule = "", day if isinstance(day, Rule) else None
            else:
                key, rule = _key(one, word)
            if rule:
                problems.append(Problem(number, one.column, word, rule))
            keys[_target(one)] = key
        if problems or isinstance(day, Rule):
            return problems
        return Contact(day, int(keys["number"]), keys)

    def _read_day(self, word: str) -> date | Rule:
        day = read_day(word, self._mapping.dates)
        if day is None:
            return Rule.DATE
        if day < FIRST_DAY:
            return Rule.EARLY
        if day > self._lists.today:
            return Rule.FUTURE
        return Rule.COUNTED if day.replace(day=1) in self._lists.live else day


class Endless(Exception):
    """A line that does not end within reason: no text, or no CSV."""


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            raise Endless
        yield line


def _target(one: Field) -> str:
    return INSTEAD.get(one.name, one.name)


def _key(one: Field, word: str) -> tuple[str, Rule | None]:
    if word in one.words:
        return one.words[word], None
    if not word:
        return (one.default, None) if one.default is not None else ("", Rule.EMPTY)
    key = one.otherwise(word)
    return (key, None) if key is not None else ("", RULES.get(one.name, Rule.CODE))


def _flaw(value: str) -> Rule | None:
    if "\0" in value:
        return Rule.NUL
    if _is_broken(value):
        return Rule.ENCODING
    return Rule.TOO_LONG if len(value) > LONGEST_VALUE else None


def _is_broken(value: str) -> bool:
    """Whether bytes could not be decoded: each stands as a lone surrogate."""
    return any("\udc80" <= sign <= "\udcff" for sign in value)


def shown(value: str) -> str:
    """For a terminal or a report: shortened, and whatever is no printable sign written out."""
    whole = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}..."
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in whole)


def cells_of(keys: dict[str, str], groups: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What one contact counts as: measures and keys, as reporting/migrations/0001_initial.py counts the live ones."""
    if keys["kind"] != "counselling":
        yield "other_kind", keys["kind"]
        return
    yield "contacts", "all"
    yield "caller_group", groups[keys["caller_type"]]
    for measure in ("caller_type", "channel", "language", "region", "phenomenon", "age_band", "sex", "disposition"):
        yield measure, keys[measure]
    yield "minor", MINORS.get(keys["age_band"], "no")
    yield "security", "yes" if keys["disposition"] == "security" else keys["security"]
    yield "repeat", keys["repeat"]


def add_up(
    source: Source, mapping: FileMapping, lists: Lists, say: Callable[[int, int], object] = lambda passed, rows: None
) -> Past:
    """Read the source to its end. ``say`` is told now and then how many bytes and rows passed. Raises Unusable."""
    past, groups = Past(), dict(lists.groups)
    for found in Checked(source, mapping, lists):
        past.rows += 1
        if isinstance(found, list):
            past.wrong += len(found)
            past.problems += found[: LISTED - len(past.problems)]
        else:
            _add(past, found, groups)
        if past.rows % STEP == 0:
            say(source.passed, past.rows)
    if not past.rows:
        raise Unusable("There is no row below the header.")
    past.digest = source.digest
    return past


def _add(past: Past, contact: Contact, groups: dict[str, str]) -> None:
    day, number, keys = contact
    month = day.replace(day=1)
    for measure, key in cells_of(keys, groups):
        past.counts[measure, month, key] += number
    past.contacts += number
    past.first, past.last = min(past.first, day), max(past.last, day)
