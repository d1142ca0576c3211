"""The mapping file: which column of a centre's file is which field, and which of its words are which codes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import permutations
from typing import Any

import yaml

from hotline.contacts.vocabulary import AgeBand, Kind
from regions.postal_code_table import normalise

from .measure import Source
from .measures import BY_CODE, MEASURES, OUTSIDE
from .spelling import fold, whole_number

ENCODINGS = {
    "utf-8": "utf-8-sig", "utf-8-sig": "utf-8-sig", "cp1252": "cp1252", "windows-1252": "cp1252", "utf-16": "utf-16",
}  # fmt: skip
LONGEST_MAPPING = 1_000_000  # characters
MOST_AT_ONCE = 1_000_000
OLDEST_AGE = 120
#: The first age, in years, of each band.
BANDS = (
    (40, AgeBand.FROM_40), (27, AgeBand.FROM_27), (21, AgeBand.FROM_21), (18, AgeBand.FROM_18), (14, AgeBand.FROM_14),
    (0, AgeBand.UNDER_14),
)  # fmt: skip
#: The fields, and the value if the file has none. None: the mapping must give a value.
FIELDS: dict[str, str | None] = {
    "date": None,
    "number": "1",
    "kind": "counselling",
    **{
        one.code: one.unsaid if one.source != Source.CODE or one.accepts(one.unsaid) else None
        for one in MEASURES
        if one.unsaid
    },
    "postal_code": "unknown",
    "age": "unknown",
}
#: Alternative fields; a file uses one of them.
INSTEAD = {"postal_code": "region", "age": "age_band"}
SAMPLE = date(2001, 2, 3)


class Unusable(Exception):
    """The mapping or the whole file cannot be used; the text is a sentence with the reason."""


@dataclass(frozen=True)
class Lists:
    """Reference data of a centre. ``today``: in its time zone; ``live``: months with contacts counted here.

    ``groups``: of each caller type. ``regions`` and ``postal_codes``: what each code counts as.
    """

    country: str
    today: date
    groups: Mapping[str, str]
    regions: Mapping[str, str]
    postal_codes: Mapping[str, str]
    live: frozenset[date]


@dataclass(frozen=True)
class Field:
    """The mapping of one field. ``words``: what each word, case-folded, counts as; ``column``: empty if there is none.

    ``default``: what an empty cell or missing column counts as; None if neither is allowed.
    """

    name: str
    column: str
    words: Mapping[str, str]
    default: str | None
    otherwise: Callable[[str], str | None]


@dataclass(frozen=True)
class FileMapping:
    """``encoding``: Python's name. ``dates``: formats of ``strptime``; the first that matches is used.

    ``delimiter``: empty if the mapping has none; then a comma, or the one in the file's ``sep=`` line.
    """

    delimiter: str = ""
    encoding: str = "utf-8-sig"
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    fields: tuple[Field, ...] = field(default=())


# The base loader has only text, lists and maps, so words such as "no", "1" or "2019-01-01" are not converted.
class _Loader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _value in node.value if isinstance(key, yaml.ScalarNode)]
        for name in names:
            if names.count(name) > 1:
                raise Unusable(f'The mapping names "{name}" twice, line {node.start_mark.line + 1}.')
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


def read_mapping(text: str, lists: Lists) -> FileMapping:
    """Raises Unusable."""
    if len(text) > LONGEST_MAPPING:
        raise Unusable("The mapping is longer than a mapping can be.")
    try:
        content = yaml.load(text, _Loader)  # noqa: S506  creates only text, lists and maps
    except (yaml.YAMLError, TypeError, RecursionError) as error:
        raise Unusable(f"The mapping is not YAML: {' '.join(str(error).split())[:300]}.") from error
    parts = _only("The mapping", content, {"file", "fields"})
    fields = _only('"fields"', parts.get("fields", {}), set(FIELDS))
    known = known_words(lists)
    made = tuple(_field(name, said, known[name], lists) for name, said in fields.items())
    _complete(made)
    return _file(_only('"file"', parts.get("file", {}), {"delimiter", "encoding", "dates"}), made)


def _only(what: str, content: Any, names: set[str]) -> dict[str, Any]:
    if content in ("", None):
        return {}
    if not isinstance(content, dict):
        raise Unusable(f"{what} must be a map of names to what they mean.")
    for name in content:
        if name not in names:
            raise Unusable(f'{what} cannot hold "{name}"; it knows: {", ".join(sorted(names))}.')
    return content


def _file(said: dict[str, Any], fields: tuple[Field, ...]) -> FileMapping:
    named = said.get("delimiter", "")
    delimiter = {"tab": "\t"}.get(named, named) if isinstance(named, str) else named
    is_one = isinstance(delimiter, str) and len(delimiter) == 1 and delimiter not in '"\r\n\0 '
    if "delimiter" in said and not is_one:
        raise Unusable('The delimiter must be one character, such as ";", or the word tab.')
    encoding = said.get("encoding", "utf-8")
    if not isinstance(encoding, str) or encoding not in ENCODINGS:
        raise Unusable(f"The encoding must be one of: {', '.join(ENCODINGS)}.")
    dates = said.get("dates", ["%Y-%m-%d"])
    if not isinstance(dates, list) or not dates or not all(isinstance(one, str) for one in dates):
        raise Unusable('"dates" must be a list of formats, such as ["%d.%m.%Y"].')
    _check_formats(dates)
    return FileMapping(delimiter, ENCODINGS[encoding], tuple(dates), fields)


def _check_formats(formats: list[str]) -> None:
    for one in formats:
        if _read(SAMPLE.strftime(one), one) != SAMPLE:
            raise Unusable(f'The date format "{one}" does not say day, month and year.')
    for one, other in permutations(formats, 2):
        if _read(SAMPLE.strftime(one), other) not in (None, SAMPLE):
            raise Unusable(f'The date formats "{one}" and "{other}" read the same text as different days.')


def _read(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007  a date in the centre's calendar
    except (ValueError, OverflowError):
        return None


def read_day(text: str, formats: tuple[str, ...]) -> date | None:
    """The date in the centre's calendar. None if no format matches."""
    return next((day for form in formats if (day := _read(text, form))), None)


def known_words(lists: Lists) -> dict[str, dict[str, str]]:
    """Our codes per field, each with what it counts as."""
    outside = {code: code for code, _label in OUTSIDE}
    own: dict[str, dict[str, str]] = {
        name: {code: code for code, _label in BY_CODE[name].keys} if name in BY_CODE else {} for name in FIELDS
    }
    return own | {
        "kind": {code: code for code in Kind.values},
        "caller_type": {code: code for code in lists.groups},
        "region": {**lists.regions, **outside},
        "postal_code": {**lists.postal_codes, **outside},
        "age": {"unknown": "unknown"},
    }


def _field(name: str, content: Any, known: dict[str, str], lists: Lists) -> Field:
    said = _only(f'The field "{name}"', content, {"column", "values", "default"})
    otherwise = OTHERWISE.get(name, _none)(lists)

    def counts_as(code: Any) -> str:
        key = (known.get(code) or otherwise(code)) if isinstance(code, str) else None
        if key is None:
            raise Unusable(f'The field "{name}" has no code "{code}".{_such_as(known)}')
        return key

    values = said.get("values", {}) or {}
    if not isinstance(values, dict):
        raise Unusable(f'"values" of the field "{name}" must be a map of words to codes.')
    if name == "date" and set(said) - {"column"}:
        raise Unusable('The field "date" has a column and nothing else.')
    column = said.get("column", "")
    if not isinstance(column, str) or not (column or "default" in said):
        raise Unusable(f'The field "{name}" needs the name of a column, or a default.')
    words = {fold(word): key for word, key in known.items()} | _folded(name, values, counts_as)
    neutral = None if name == "number" else FIELDS[name]
    return Field(name, column, words, counts_as(said["default"]) if "default" in said else neutral, otherwise)


def _folded(name: str, values: dict[str, Any], counts_as: Callable[[Any], str]) -> dict[str, str]:
    """Raises Unusable if two spellings of one word mean different codes."""
    words: dict[str, str] = {}
    for word, code in values.items():
        key = counts_as(code)
        if words.setdefault(fold(word), key) != key:
            raise Unusable(f'The field "{name}" has "{word}" twice, in other letters and with another code.')
    return words


def _such_as(known: dict[str, str]) -> str:
    codes = sorted(known)[:30]
    return f" It knows: {', '.join(codes)}{' ...' if len(known) > len(codes) else ''}." if codes else ""


def _complete(fields: tuple[Field, ...]) -> None:
    names = {one.name for one in fields}
    for name, neutral in FIELDS.items():
        if neutral is None and name not in names:
            raise Unusable(f'The mapping must say "{name}": there is nothing that it could count as otherwise.')
    for one, other in INSTEAD.items():
        if {one, other} <= names:
            raise Unusable(f'The mapping says "{one}" and "{other}"; one of them is enough, and only one can hold.')


def _none(lists: Lists) -> Callable[[str], str | None]:
    return lambda word: None


def _ages(lists: Lists) -> Callable[[str], str | None]:
    return age_band


def _numbers(lists: Lists) -> Callable[[str], str | None]:
    def number(word: str) -> str | None:
        found = whole_number(word)
        return str(found) if found is not None and found <= MOST_AT_ONCE else None

    return number


def _postal_codes(lists: Lists) -> Callable[[str], str | None]:
    return lambda word: lists.postal_codes.get(normalise(lists.country, word))


def age_band(years: str) -> str | None:
    """The band of an age in whole years; None for anything else."""
    found = whole_number(years)
    if found is None or found > OLDEST_AGE:
        return None
    return next(band.value for least, band in BANDS if found >= least)


#: How a word is parsed that is neither a code nor in a list of values.
OTHERWISE: dict[str, Callable[[Lists], Callable[[str], str | None]]] = {
    "age": _ages,
    "number": _numbers,
    "postal_code": _postal_codes,
}


def columns(mapping: FileMapping) -> Iterator[str]:
    """The columns that the mapping needs."""
    return (one.column for one in mapping.fields if one.column)
