"""Reads, checks and sums an imported past row by row, so that a file may be larger than memory. Pure functions.

A row is a past contact, or a number of equal ones. It is added to the counts of its month and not stored.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from hotline.contacts.vocabulary import Kind

from .file_kinds import BEGINNING, encoding_of
from .mapping import FIELDS, INSTEAD, Field, FileMapping, Lists, Unusable, columns, read_day
from .measures import MEASURES
from .populations import Of
from .spelling import AMBIGUOUS, fold, is_blank

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FIRST_DAY = date(1990, 1, 1)
LONGEST_VALUE = 200  # characters
LONGEST_LINE = 131_072  # characters; the csv module's limit of a value
LISTED = 1000
ROWS_NAMED = 3  # rows listed per cause
TAB = "\t"
#: A line that Excel writes and reads before the header; it has the delimiter.
SEPARATOR = re.compile(r"\ufeff?\"?sep=(\\t|[^\"\r\n])\"?[ ;,\t]*\r?\n?", re.IGNORECASE)
SERIAL = re.compile(r"[2-6][0-9]{4}(?:[.,][0-9]+)?")  # days since 1900
MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?$")
STEP = 1000  # rows between two reports of progress
Cells = Counter[tuple[str, date, str]]
MEASURES_OF = {of: [measure for measure in MEASURES if measure.of == of] for of in (Of.CONTACT, Of.OTHER_CONTACT)}


class FormatRule(StrEnum):
    """A rule that a row or value violates."""

    COLUMNS = "the row has not as many columns as the header"
    UNREADABLE = "the row cannot be read as CSV: look for a quotation mark that is not closed, or an endless line"
    TOO_LONG = "longer than 200 characters: is this a note? Notes do not belong into this file"
    NUL = "holds a NUL byte"
    ENCODING = "holds bytes that the encoding does not know: name it in the mapping, such as encoding: windows-1252"
    EMPTY = "is empty, and the mapping gives no default"
    DATE = "is no day in a format that the mapping names"
    EARLY = "lies before 1990"
    FUTURE = "lies in the future"
    COUNTED = "contacts of this month are counted in Lotse already: these would be counted twice"
    SERIAL = "is a spreadsheet's number for a day: give the column the format of a date, and export it anew"
    NUMBER = "is no whole number from 0 to 1,000,000, such as 12"
    AMBIGUOUS = "may be a thousand or a decimal: write it without the sign, such as 1234"
    AGE = "is no age in whole years from 0 to 120"
    POSTAL_CODE = "is no postal code that we know, and no word that the mapping names"
    CODE = "is no code of ours, and no word that the mapping names"


RULES = {"number": FormatRule.NUMBER, "age": FormatRule.AGE, "postal_code": FormatRule.POSTAL_CODE}


class FormatProblem(NamedTuple):
    """``row``: as in a spreadsheet, the header is row 1. ``column``: empty if the problem is about the whole row."""

    row: int
    column: str
    value: str
    rule: FormatRule


#: Problems with the same rule and column are one cause; for these rules, each value is a separate cause.
BY_VALUE = {FormatRule.CODE, FormatRule.POSTAL_CODE}


@dataclass
class Cause:
    """One cause of problems in many rows. ``rows``: the first of them; ``value``: that of the first row."""

    column: str
    value: str
    rule: FormatRule
    rows: list[int] = field(default_factory=list)
    count: int = 0
    values: int = 0
    """How many values differ from the one before them; so many others there may be at most."""


class Contact(NamedTuple):
    """The content of one row. ``keys``: by field; ``number``: how many equal contacts it stands for."""

    day: date
    number: int
    keys: dict[str, str]


@dataclass
class Past:
    """The sums of a whole file. ``digest``: SHA-256.

    ``wrong``: number of problems; ``problems``: the first of them, ``causes``: grouped by cause; both up to LISTED.
    """

    rows: int = 0
    contacts: int = 0
    first: date = date.max
    last: date = date.min
    counts: Cells = field(default_factory=Counter)
    wrong: int = 0
    problems: list[FormatProblem] = field(default_factory=list)
    causes: dict[tuple[FormatRule, str, str], Cause] = field(default_factory=dict)
    digest: str = ""

    @property
    def months(self) -> set[date]:
        return {month for _measure, month, _key in self.counts}

    def note(self, problem: FormatProblem) -> None:
        self.wrong += 1
        if len(self.problems) < LISTED:
            self.problems.append(problem)
        key = (problem.rule, problem.column, problem.value if problem.rule in BY_VALUE else "")
        cause = self.causes.get(key)
        if cause is None:
            if len(self.causes) >= LISTED:
                return
            cause = Cause(problem.column, problem.value, problem.rule)
            self.causes[key] = cause
        cause.count += 1
        if len(cause.rows) < ROWS_NAMED:
            cause.rows.append(problem.row)
        cause.values += problem.value != cause.value


class ImportedFile(io.RawIOBase):
    """A file that is read once, from its start; counts and digests the bytes that are read."""

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
    """Iterates over the checked rows of a source. Raises Unusable if the header does not match the mapping."""

    def __init__(self, source: ImportedFile, mapping: FileMapping, lists: Lists) -> None:
        self._mapping = mapping
        self._lists = lists
        buffered = io.BufferedReader(source, 65_536)
        beginning = buffered.peek(BEGINNING)[:BEGINNING]
        encoding = encoding_of(beginning) or mapping.encoding
        text = io.TextIOWrapper(buffered, encoding=encoding, errors="surrogateescape", newline="")
        lines = _lines(text)
        first, delimiter = _separator(lines)
        self._delimiter = delimiter or mapping.delimiter or ","
        self._csv = csv.reader(chain(first, lines), delimiter=self._delimiter, strict=True)
        self._number = 0
        self._header = self._read_header()
        names = [fold(name) for name in self._header]
        self._read = [(one, names.index(fold(one.column))) for one in mapping.fields if one.column]
        self._fixed = {name: neutral for name, neutral in FIELDS.items() if neutral and name not in INSTEAD}
        self._fixed |= {_target(one): str(one.default) for one in mapping.fields if not one.column}
        self._day = lru_cache(4096)(self._read_day)

    def _read_header(self) -> list[str]:
        """The first row that is not blank. Raises Unusable."""
        header: list[str] = []
        while all(is_blank(name) for name in header):
            self._number += 1
            try:
                header = [name.strip() for name in next(self._csv)]
            except StopIteration:
                raise Unusable("The file is empty.") from None
            except (csv.Error, Endless, UnicodeDecodeError) as error:
                raise Unusable("The first row of the file cannot be read as CSV.") from error
        if any(_is_broken(name) for name in header) or header[0].startswith("\u00ef\u00bb\u00bf"):
            raise Unusable("The first row of the file is not in the encoding that the mapping names.")
        names = [fold(name) for name in header]
        for wanted in columns(self._mapping):
            if names.count(fold(wanted)) != 1:
                has = "more than one column" if fold(wanted) in names else "no column"
                there = f"Its columns: {shown(', '.join(header))}.{self._hint(header)}"
                raise Unusable(f'The file has {has} "{wanted}". {there}')
        return header

    def _hint(self, header: list[str]) -> str:
        """A hint if another delimiter seems to separate the columns."""
        other = next((sign for sign in ";\t,|" if sign != self._delimiter and sign in header[0]), "")
        if len(header) > 1 or not other:
            return ""
        sign = "tab" if other == TAB else f'"{other}"'
        return f" It seems that {sign} separates them: name it as delimiter in the mapping."

    def __iter__(self) -> Iterator[Contact | list[FormatProblem]]:
        """Yields for each non-blank row its content or all its problems."""
        while True:
            self._number += 1
            number = self._number
            try:
                row = next(self._csv)
            except StopIteration:
                return
            except csv.Error:
                yield [FormatProblem(number, "", "", FormatRule.UNREADABLE)]
            except (Endless, UnicodeDecodeError):
                yield [FormatProblem(number, "", "", FormatRule.UNREADABLE)]
                return
            else:
                if any(row) and not all(is_blank(value) for value in row):
                    yield self._check(number, row)

    def _check(self, number: int, row: list[str]) -> Contact | list[FormatProblem]:
        if len(row) > len(self._header) and not any(row[len(self._header) :]):
            row = row[: len(self._header)]  # empty cells beyond the table
        if len(row) != len(self._header):
            return [FormatProblem(number, "", f"{len(row)} instead of {len(self._header)}", FormatRule.COLUMNS)]
        whole = "".join(row)
        if len(whole) > LONGEST_VALUE or not whole.isprintable():
            broken = [(name, value, _flaw(value)) for name, value in zip(self._header, row, strict=True)]
            problems = [
                FormatProblem(number, name, value[: LONGEST_VALUE + 1], flaw) for name, value, flaw in broken if flaw
            ]
            if problems:
                return problems
        return self._understood(number, row)

    def _understood(self, number: int, row: list[str]) -> Contact | list[FormatProblem]:
        keys = self._fixed.copy()
        problems = []
        day: date | FormatRule = FormatRule.EMPTY
        for one, place in self._read:
            word = row[place].strip()
            if one.name == "date":
                day = self._day(word) if word else FormatRule.EMPTY
                key = ""
                rule = day if isinstance(day, FormatRule) else None
            else:
                key, rule = _key(one, word)
            if rule:
                problems.append(FormatProblem(number, one.column, word, rule))
            keys[_target(one)] = key
        if problems or isinstance(day, FormatRule):
            return problems
        return Contact(day, int(keys["number"]), keys)

    def _read_day(self, word: str) -> date | FormatRule:
        day = read_day(MIDNIGHT.sub("", word), self._mapping.dates) or read_day(word, self._mapping.dates)
        if day is None:
            return FormatRule.SERIAL if SERIAL.fullmatch(word) else FormatRule.DATE
        if day < FIRST_DAY:
            return FormatRule.EARLY
        if day > self._lists.today:
            return FormatRule.FUTURE
        return FormatRule.COUNTED if day.replace(day=1) in self._lists.live else day


class Endless(Exception):
    """A line is longer than LONGEST_LINE, so the file is not CSV."""


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            raise Endless
        yield line


def _separator(lines: Iterator[str]) -> tuple[list[str], str]:
    """The first line, and the delimiter in it; a line with only the delimiter is skipped."""
    try:
        first = next(lines, "")
    except UnicodeDecodeError as error:
        raise Unusable("The file cannot be read in its encoding.") from error
    except Endless as error:
        raise Unusable("The first row of the file cannot be read as CSV.") from error
    named = SEPARATOR.fullmatch(first)
    return ([], named[1].replace("\\t", TAB)) if named else ([first], "")


def _target(one: Field) -> str:
    return INSTEAD.get(one.name, one.name)


def _key(one: Field, word: str) -> tuple[str, FormatRule | None]:
    known = one.words.get(word) or one.words.get(fold(word))
    if known is not None:
        return known, None
    if is_blank(word):
        return (one.default, None) if one.default is not None else ("", FormatRule.EMPTY)
    key = one.otherwise(word)
    if key is not None:
        return key, None
    is_unsure = one.name == "number" and AMBIGUOUS.fullmatch(word)
    if is_unsure:
        return "", FormatRule.AMBIGUOUS
    return "", RULES.get(one.name, FormatRule.CODE)


def _flaw(value: str) -> FormatRule | None:
    if "\0" in value:
        return FormatRule.NUL
    if _is_broken(value):
        return FormatRule.ENCODING
    return FormatRule.TOO_LONG if len(value) > LONGEST_VALUE else None


def _is_broken(value: str) -> bool:
    """Whether bytes could not be decoded; each of them is a lone surrogate."""
    return any("\udc80" <= sign <= "\udcff" for sign in value)


def shown(value: str) -> str:
    """For a terminal or a report: shortened, with unprintable characters escaped."""
    whole = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}..."
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in whole)


def cells_of(keys: dict[str, str], groups: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The measures and keys in which one contact is counted, as for live ones."""
    fields = {**keys, "caller_group": groups[keys["caller_type"]]}
    of = Of.CONTACT if keys["kind"] == Kind.COUNSELLING else Of.OTHER_CONTACT
    return ((measure.code, measure.key_of_imported(fields)) for measure in MEASURES_OF[of])


def add_up(
    source: ImportedFile,
    mapping: FileMapping,
    lists: Lists,
    say: Callable[[int, int], object] = lambda passed, rows: None,
) -> Past:
    """Read the whole source. ``say`` is called periodically with the bytes and rows read so far. Raises Unusable."""
    past = Past()
    groups = dict(lists.groups)
    for found in Checked(source, mapping, lists):
        past.rows += 1
        if isinstance(found, list):
            for problem in found:
                past.note(problem)
        else:
            _add(past, found, groups)
        if past.rows % STEP == 0:
            say(source.passed, past.rows)
    if not past.rows:
        raise Unusable("There is no row below the header.")
    if not past.wrong and not past.contacts:
        raise Unusable("All rows say 0: there is nothing to count.")
    past.digest = source.digest
    return past


def _add(past: Past, contact: Contact, groups: dict[str, str]) -> None:
    day, number, keys = contact
    if not number:  # a row with the number zero
        return
    month = day.replace(day=1)
    for measure, key in cells_of(keys, groups):
        past.counts[measure, month, key] += number
    past.contacts += number
    past.first, past.last = min(past.first, day), max(past.last, day)
