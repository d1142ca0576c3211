"""The town of a landline prefix, for the supported countries.

The data are those of ``phonenumbers`` (Apache 2.0), cut to seven countries and one language each: its geocoder loads
the whole world, 110 MB in every process. ``python -m hotline.contacts.area_codes`` generates the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

FILE = Path(__file__).with_name("data") / "area_codes.csv"
# A language of the country, as in the names of places in the postal codes.
LANGUAGE_OF = {"31": "nl", "32": "fr", "33": "fr", "352": "fr", "41": "de", "43": "de", "49": "de"}
SHORTEST, LONGEST = 3, 9  # digits of a prefix, country code included


def town(e164: str) -> str:
    """The town of the longest known prefix of a number such as +49301234567; empty if there is none."""
    digits = e164.removeprefix("+")
    lines = _lines().get(digits[:SHORTEST], "")
    for length in range(min(LONGEST, len(digits)), SHORTEST - 1, -1):
        start = lines.find(f"\n{digits[:length]},")
        if start >= 0:
            return lines[start + length + 2 : lines.index("\n", start + 1)]
    return ""


@cache
def _lines() -> dict[str, str]:
    """Lines grouped by their first digits, as a few hundred strings: a dictionary of all needs much more memory."""
    with FILE.open(encoding="utf-8") as file:
        return {start: "\n" + "".join(lines) for start, lines in groupby(file, lambda line: line[:SHORTEST])}


def derive() -> Iterator[str]:
    """Generate the file's lines from the data of ``phonenumbers``."""
    from phonenumbers.geodata import GEOCODE_DATA

    for prefix in sorted(GEOCODE_DATA):
        country = next((code for code in LANGUAGE_OF if prefix.startswith(code)), "")
        if country:
            names = GEOCODE_DATA[prefix]
            yield f"{prefix},{names.get(LANGUAGE_OF[country]) or names.get('en', '')}\n"


if __name__ == "__main__":
    FILE.write_text("".join(derive()), encoding="utf-8")
