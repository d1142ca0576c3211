"""Parses references: C-7 of a contact, F-12 of a case, R-40 of a referral; also "Fall 12", "dossier 12".

This app may not import cases and referrals, so their apps register here when they start.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from foundation.accounts.models import User
from regions.plain_text import fold

#: Returns the URL of the record with this number; empty if it does not exist or the user may not see it.
Find = Callable[[User, int], str]

WORDS = {
    "C": ("c", "contact", "kontakt"),
    "F": ("f", "fall", "case", "cas", "dossier"),
    "R": ("r", "referral", "weitervermittlung", "vermittlung", "orientation"),
}
_LETTER_OF = {word: letter for letter, words in WORDS.items() for word in words}
_REFERENCE = re.compile(
    rf"({'|'.join(sorted(_LETTER_OF, key=len, reverse=True))})\s*(?:nr\.?|no\.?|#)?[\s-]*([0-9]{{1,15}})"
)
_finds: dict[str, Find] = {}


def find_with(letter: str, find: Find) -> None:
    """Register the function for one letter; called in ``AppConfig.ready``."""
    _finds[letter] = find


def read_reference(text: str) -> tuple[str, int] | None:
    """Letter and number; None if the text is not a reference."""
    found = _REFERENCE.fullmatch(fold(text).strip())
    return (_LETTER_OF[found[1]], int(found[2])) if found else None


def address_of(user: User, letter: str, number: int) -> str:
    """Runs inside ``acting_as`` the user."""
    return _finds[letter](user, number) if letter in _finds else ""
