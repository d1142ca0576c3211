"""Finds identifying data in a text. Names are compared as words: case-folded, inflected, in parts. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from regions.plain_text import fold, plain

#: Forms of address, particles and general words for people: allowed in a text, even if the caller's name has them.
ADDRESSES = {
    "frau", "herr", "herrn", "family", "familie", "famille", "madame", "monsieur", "miss", "mrs", "mister", "mme",
    "mlle",
    "doctor", "doktor", "person", "personne", "caller", "anrufer", "anruferin", "anrufende", "mother", "father",
    "sister",
    "brother", "mutter", "vater", "schwester", "bruder", "mere", "pere", "sour", "frere", "eltern", "parents", "son",
    "daughter", "sohn", "tochter", "fils", "fille", "von", "van", "der", "den", "des", "the", "and", "und", "les", "of",
    "de", "du", "di", "da", "la", "le", "el", "al", "zu", "et", "bin", "ibn", "bint", "mr", "dr", "st", "en",
    "in", "im",
}  # fmt: skip
#: Endings of names in German, English and French: Peters, Fritzens, Petersche, Peterchen. An apostrophe separates
#: words anyway: Peter's, Ali'nin, d'Anna.
ENDINGS = {
    "s", "es", "ens", "sche", "schen", "scher", "sches", "schem", "chen", "lein", "chens", "leins"
}  # fmt: skip
LONG_ENOUGH = 2  # minimum number of letters of a part of a name
INFLECTED = 3  # minimum number of letters of a name that can have endings
CYRILLIC = re.compile(r"[\u0400-\u04ff]{3,}")
_MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u1ab0-\u1aff\u1dc0-\u1dff"
    r"\u20d0-\u20ff\ufe20-\ufe2f"
)
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}])*")
EMAIL = re.compile(r"\S+\s?(?:@|[(\[]\s?at\s?[)\]])\s?\S+\.\w{2,}", re.IGNORECASE)
NUMBER = re.compile(r"\+?\d(?:[\s()/.-]{0,3}\d){5,}")


@dataclass(frozen=True)
class KnownNames:
    """What a text may not contain. ``public``: names of the region, which a summary contains anyway."""

    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    public: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """``word``: the word in the text, if a person has to decide whether it identifies somebody; else empty."""

    said: str
    word: str = ""


def find(text: str, known: KnownNames) -> list[Finding]:
    """All identifying data in the text; each word once."""
    text = plain(text)
    found = [*_names(text, known), *_numbers(text, known), *_towns(text, known)]
    if any(re.search(rf"(?<!\d){re.escape(code)}(?![\w])", text) for code in known.codes if code):
        found.append(Finding(_("The text holds the postal code; the region is enough before acceptance.")))
    if EMAIL.search(text):
        found.append(Finding(_("The text holds an e-mail address.")))
    return list({(finding.word or finding.said): finding for finding in found}.values())


def _names(text: str, known: KnownNames) -> Iterator[Finding]:
    whole = [name for name in known.names if not _own_parts(name)]
    for word in (*_words_of(text, known.names), *_words_of(text, whole, in_parts=False)):
        yield Finding(_("“%(word)s” can be the caller’s name.") % {"word": word}, word)


def _towns(text: str, known: KnownNames) -> Iterator[Finding]:
    public = {_key(name) for name in known.public}
    for word in _words_of(text, [town for town in known.towns if _key(town) not in public], in_parts=False):
        said = _("“%(word)s” can be the municipality; the region is enough before acceptance.")
        yield Finding(said % {"word": word}, word)


def _numbers(text: str, known: KnownNames) -> Iterator[Finding]:
    """Compares the last seven digits, because a number may be written with or without its country code."""
    wanted = [digits for phone in known.phones if len(digits := re.sub(r"\D", "", plain(phone))[-7:]) >= 5]
    numbers = [re.sub(r"\D", "", number) for number in NUMBER.findall(text)]
    if any(digits in number for number in numbers for digits in wanted):
        yield Finding(_("The text holds the caller’s telephone number."))
    elif numbers:
        yield Finding(_("The text holds a long number. Telephone numbers and the like go with the agreed fields only."))


def _words_of(text: str, names: Iterable[str], *, in_parts: bool = True) -> Iterator[str]:
    """The words of the text, alone or with their neighbours, that can be one of the names."""
    forms = {form for name in names for form in _forms(name, in_parts=in_parts)}
    if not forms:
        return
    longest = max(form.count(" ") + 1 for form in forms) if not in_parts else 1
    spans = list(_WORD.finditer(text))
    for position in range(len(spans)):
        for many in range(1, longest + 1):
            if position + many <= len(spans):
                first, last = spans[position], spans[position + many - 1]
                if _is_form(_key(" ".join(span.group() for span in spans[position : position + many])), forms):
                    yield text[first.start() : last.end()]
    if in_parts:
        yield from _joined(text, spans, forms)


def _joined(text: str, spans: list[re.Match[str]], forms: set[str]) -> Iterator[str]:
    """ "Ann Kathrin" for "Annkathrin", and "P e t e r"."""
    for first, second in pairwise(spans):
        is_one = text[first.end() : second.start()] in (" ", "-") and _is_form(
            _key(first.group() + second.group()), forms
        )
        if is_one and not _is_form(_key(first.group()), forms) and not _is_form(_key(second.group()), forms):
            yield text[first.start() : second.end()]
    for letters in re.finditer(r"(?<!\w)[^\W\d_](?:[\s._-][^\W\d_](?!\w)){2,}", text):
        if _is_form(_key(re.sub(r"[\s._-]", "", letters.group())), forms):
            yield letters.group()


def _forms(name: str, *, in_parts: bool) -> Iterator[str]:
    """The name's parts as they are compared; a genitive ("Peters Mutter") also without its ending."""
    if not in_parts:
        yield from filter(None, [" ".join(map(_key, _WORD.findall(plain(name))))])
        return
    own = _own_parts(name)
    yield from own
    yield from (key[:-1] for key in own if key.endswith("s") and len(key) > INFLECTED + 1)
    yield from ("".join(pair) for pair in pairwise(own))


def _own_parts(name: str) -> list[str]:
    """Parts without forms of address and initials. Nothing is left of "caller R."; it is compared as a whole."""
    keys = map(_key, _WORD.findall(plain(name)))
    return [key for key in keys if key not in ADDRESSES and len(key) >= LONG_ENOUGH]


def _key(word: str) -> str:
    """The word case-folded, and without the e of ae, oe, ue: Mueller equals Müller."""
    return re.sub(r"([aou])e", r"\1", fold(word))


def _is_form(word: str, forms: set[str]) -> bool:
    if word in forms:
        return True
    if CYRILLIC.fullmatch(word):
        return any(_same_stem(word, form) for form in forms if CYRILLIC.fullmatch(form))
    return any(
        word[: -len(end)] in forms for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= INFLECTED
    )


def _same_stem(word: str, name: str) -> bool:
    """Анны, Анной for Анна; Петра, Петром for Пётр."""
    stem = name.rstrip("аяоеиыьй") or name
    return len(stem) >= INFLECTED - 1 and word.startswith(stem) and len(word) - len(stem) <= 3
