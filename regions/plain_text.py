"""Text as people type or paste it, brought to one form. Pure."""

from __future__ import annotations

import unicodedata

#: Letters that no decomposition takes apart.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "n"})


def plain(text: str) -> str:
    """Digits of all scripts as ASCII, every kind of space and dash as one, without invisible marks; letters stay."""
    return "".join(map(_plain_sign, text))


def fold(text: str) -> str:
    """For comparing: without case and marks, ligatures taken apart, ß as ss; see also ``plain``."""
    decomposed = unicodedata.normalize("NFKD", plain(text))
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return bare.casefold().translate(_LETTERS)


def _plain_sign(sign: str) -> str:
    if sign.isascii() and sign.isprintable():
        return sign
    category = unicodedata.category(sign)
    if category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.digit(sign))
    if sign.isspace():
        return " "
    if category == "Pd" or sign in "\N{MINUS SIGN}\N{HYPHEN BULLET}":
        return "-"
    if sign in "\N{MIDDLE DOT}\N{BULLET}":
        return "."
    return unicodedata.normalize("NFKC", sign) if unicodedata.east_asian_width(sign) == "F" else sign
