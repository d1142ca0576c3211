"""Normalises spellings of words and numbers. Pure functions."""

from __future__ import annotations

import re
from functools import lru_cache

from regions.plain_text import fold_spelling

#: Separators of thousands that are no decimal signs: spaces of any width and the Swiss apostrophe.
GROUPED = re.compile(r"[0-9]{1,3}(?:[ '’\u00a0\u2009\u202f][0-9]{3})+")
#: Two separators or more: a decimal number has only one.
SURELY_GROUPED = re.compile(r"[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}|(?:,[0-9]{3}){2,})")
#: An integer with decimals, as spreadsheets write it: 3.0, 3,00.
ZERO_DECIMALS = re.compile(r"([0-9]+)[.,]0{1,2}")
#: Thousands or decimals: 1.234.
AMBIGUOUS = re.compile(r"[0-9]{1,3}[.,][0-9]{3}")


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """``fold_spelling`` with a cache, because the same words occur in every line of a file."""
    return fold_spelling(text)


def is_blank(text: str) -> bool:
    return not fold(text)


def whole_number(word: str) -> int | None:
    """A non-negative integer; None for anything else, and for an ambiguous number."""
    if decimals := ZERO_DECIMALS.fullmatch(word):
        word = decimals[1]
    elif GROUPED.fullmatch(word) or SURELY_GROUPED.fullmatch(word):
        word = re.sub(r"[^0-9]", "", word)
    return int(word) if word.isascii() and word.isdigit() and len(word) < 12 else None
