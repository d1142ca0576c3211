"""Text as people type or paste it, brought to one form. Pure. The one place where text is folded.

``plain``: what is shown and parsed further, letters stay. ``fold``: for words that people look for or send, where a
mark is often left out (search, names, references, stop words). ``fold_spelling``: for values of a table, where a mark
makes another value (``Börde`` and ``Borde`` are two places, which an import must not count as one).
"""

from __future__ import annotations

import unicodedata

#: Letters that no decomposition takes apart.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ŋ": "n"})

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'"))


def plain(text: str) -> str:
    """Digits of all scripts as ASCII, every kind of space and dash as one, without invisible marks; letters stay."""
    return "".join(map(_plain_sign, text))


def fold(text: str) -> str:
    """For comparing: without case and marks, ligatures taken apart, ß as ss; see also ``plain``."""
    decomposed = unicodedata.normalize("NFKD", plain(text))
    bare = "".join(sign for sign in decomposed if not _is_mark(sign))
    return bare.casefold().translate(_LETTERS)


def fold_spelling(text: str) -> str:
    """For comparing: without case, kinds of space, dash and apostrophe; letters with their marks, ligatures apart."""
    composed = unicodedata.normalize("NFKC", plain(text.translate(_APOSTROPHES)))
    return " ".join(unicodedata.normalize("NFKC", composed.casefold()).split())


def _is_mark(sign: str) -> bool:
    """Accents, vowel signs above and below, what encloses or varies a sign; not the vowels of Indian scripts."""
    is_variation = "\N{VARIATION SELECTOR-1}" <= sign <= "\N{VARIATION SELECTOR-16}"
    return is_variation or unicodedata.combining(sign) != 0 or unicodedata.category(sign) == "Me"


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
