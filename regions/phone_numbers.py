"""Parses telephone numbers for the country of their record, with ``phonenumbers``. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from .plain_text import plain

# Numbers that mean "withheld" but parse as foreign ones. Callers must not be recognised by them: strangers share them.
WITHHELD = (
    "anonymous",
    "restricted",
    "+266696687",
    "+7378742833",
    "+17378742833",
    "+2562533",
    "+8656696",
    "+86282452253",
)
#: Countries whose parts have separate country codes but national dialling: 0690 33 59 41 in Paris is +590.
#: Other overseas parts (+687, +689, +299, +599 ...) are dialled with their code from everywhere.
DIALLED_AS_ONE = (("FR", "GP", "MF", "BL", "MQ", "GF", "RE", "YT", "PM"),)
LONGEST = 100  # characters; longer input is not parsed
#: The plan of the mainland lists some prefixes of its overseas parts as its own; theirs are landlines and mobiles.
GEOGRAPHIC = {PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
_EXTENSION = (
    r"(?:;\s*ext\s*=|extension|extn?\.?|durchwahl|dw\.?|apparat|app\.?|nebenstelle|nst\.?|poste|toestel|tst\.?"
    r"|doorkiesnummer|interno|int\.?|x|#|~|[,;]+)"
)
_WRITTEN = re.compile(
    rf"(?:tel:)?\s*(?P<number>\(?\+?[\d\s()\[\]/.\-]*\d[\s)\]]*?)\s*(?:[,;]?\s*{_EXTENSION}\s*(?P<extension>\d{{1,7}}))?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class PhoneNumber:
    """A valid number. ``country``: ISO 3166-1 of its numbering plan. ``extension``: digits, or empty."""

    e164: str
    country: str
    extension: str = ""
    is_landline: bool = False

    @property
    def full(self) -> str:
        """The stored and compared form (RFC 3966); numbers with different extensions are different."""
        return f"{self.e164};ext={self.extension}" if self.extension else self.e164


def is_withheld(text: str) -> bool:
    """Whether this is one of the ways to say that a number is not shown."""
    return "".join(plain(text).split()).lower().startswith(WITHHELD)


def parse_number(text: str, country: str) -> PhoneNumber | None:
    """The number, read as dialled in ``country`` (ISO 3166-1); None for what is no valid, shown number.

    Letters are refused, except before an extension. Any digits, spaces and invisible marks are understood.
    """
    found = _WRITTEN.fullmatch(plain(text).strip()) if len(text) <= LONGEST else None
    if found is None or is_withheld(text):
        return None
    number = next(filter(None, map(_best, _readings(found["number"], country.upper()))), None)
    if number is None:
        return None
    return PhoneNumber(
        phonenumbers.format_number(number, PhoneNumberFormat.E164),
        phonenumbers.region_code_for_number(number) or country,
        found["extension"] or "",
        phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE,
    )


def written(number: str) -> str:
    """A stored number with its country's code and in groups, as people read it; as it is where it is none."""
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    is_whole = phonenumbers.is_valid_number(parsed)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL) if is_whole else number


def examples(country: str) -> tuple[str, str]:
    """A number as dialled in the country, and the same with its code; of Belgium for a country without a plan."""
    number = phonenumbers.example_number(country) or phonenumbers.example_number("BE")
    assert number is not None
    return tuple(  # type: ignore[return-value]
        phonenumbers.format_number(number, form)
        for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)
    )


def countries_of(number: PhoneNumber) -> tuple[str, ...]:
    """The number's country and those it belongs to: Guadeloupe, then France; Jersey, then the United Kingdom."""
    code = phonenumbers.parse(number.e164).country_code or 0
    main = phonenumbers.region_code_for_country_code(code)
    heads = [group[0] for group in DIALLED_AS_ONE if number.country in group]
    return tuple(dict.fromkeys([number.country, main, *heads]))


def _readings(text: str, country: str) -> Iterator[list[phonenumbers.PhoneNumber]]:
    """Possible meanings of the digits, the most likely first; each with the valid numbers of a country's parts."""
    parts = [country, *_other_parts(text, country)]
    yield list(_valid(text, parts))
    if "(0)" in text:
        yield list(_valid(text.replace("(0)", ""), parts))
    digits = re.sub(r"\D", "", text)
    if digits.startswith("00"):
        yield list(_valid(f"+{digits[2:]}", parts))


def _other_parts(text: str, country: str) -> list[str]:
    """Whose numbers a national number, with its leading 0, may be too."""
    is_national = re.match(r"\D*0(?!0)", text) and "+" not in text
    group = next((group for group in DIALLED_AS_ONE if country in group), ()) if is_national else ()
    return [part for part in group if part != country]


def _valid(text: str, parts: Iterable[str]) -> Iterator[phonenumbers.PhoneNumber]:
    known = set()
    for part in parts:
        for number in (_parsed(text, part), _short_part(text, part)):
            if number is None or not phonenumbers.is_valid_number(number):
                continue
            e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
            if e164 not in known:
                known.add(e164)
                yield number


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country if country in phonenumbers.SUPPORTED_REGIONS else None)
    except phonenumbers.NumberParseException:
        return None


def _short_part(text: str, part: str) -> phonenumbers.PhoneNumber | None:
    """0508 41 12 34: where the numbers of a part are short, its code stands before them when dialled at home."""
    code = str(phonenumbers.country_code_for_region(part))
    digits = re.sub(r"\D", "", text)
    if "+" in text or not digits.startswith(f"0{code}"):
        return None
    return _parsed(f"+{digits[1:]}", part)


def _best(numbers: list[phonenumbers.PhoneNumber]) -> phonenumbers.PhoneNumber | None:
    """The first, which is the record's own country's; rather than the mainland's, a landline or mobile of one part."""
    if not numbers:
        return None
    own, *others = numbers
    if phonenumbers.region_code_for_number(own) not in {group[0] for group in DIALLED_AS_ONE}:
        return own
    elsewhere = [number for number in others if phonenumbers.number_type(number) in GEOGRAPHIC]
    return elsewhere[0] if len(elsewhere) == 1 else own
