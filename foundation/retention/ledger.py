"""The ledger of erasures outside the database, from which a restored backup is erased again. It has ids only.

A line is "TIME ERASURE CENTRE SUBJECT KEY,KEY". It is written before the erasure is committed: nothing is erased
without its line, and a line without its erasure was decided all the same.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone


class UnreadableLedger(Exception):
    """A line of the file is no erasure."""


@dataclass(frozen=True)
class Entry:
    erasure: uuid.UUID
    centre: int
    subject: uuid.UUID
    keys: tuple[uuid.UUID, ...]

    def __str__(self) -> str:
        return f"{self.erasure} {self.centre} {self.subject} {','.join(map(str, self.keys))}"

    @classmethod
    def read(cls, text: str) -> Entry:
        """Raises ValueError."""
        erasure, centre, subject, keys = text.split(" ")
        return cls(
            uuid.UUID(erasure), int(centre), uuid.UUID(subject), tuple(uuid.UUID(key) for key in keys.split(",") if key)
        )


def note(entry: Entry) -> None:
    """Append the erasure. Raises OSError."""
    settings.ERASURES_FILE.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(settings.ERASURES_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{timezone.now():%Y-%m-%dT%H:%M:%SZ} {entry}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def noted() -> list[Entry]:
    """The entries of the file, earliest first; none if there is no file. Raises UnreadableLedger."""
    try:
        lines = settings.ERASURES_FILE.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(Entry.read(line.partition(" ")[2]))
        except ValueError:
            raise UnreadableLedger(f"line {number} of {settings.ERASURES_FILE}") from None
    return found
