"""Anchors of the chain outside the database: a file to which lines are appended, and e-mails if wanted.

Whoever changes the database cannot change them too, if the file or the mailbox belongs to somebody else.
"""

from __future__ import annotations

import os
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone

from .chain import Anchor, head


class UnreadableAnchors(Exception):
    """A line of the file is no anchor."""


def note() -> Anchor:
    """Append the end of the chain to the file, and send it. Raises OSError, also if the mail is refused."""
    anchor = head()
    line = f"{timezone.now():%Y-%m-%dT%H:%M:%SZ} {anchor}\n"
    settings.ANCHOR_FILE.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(settings.ANCHOR_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if settings.ANCHOR_EMAIL:
        send_mail("Lotse: end of the journal", line, None, [settings.ANCHOR_EMAIL])
    return anchor


def noted() -> list[tuple[datetime, Anchor]]:
    """The anchors of the file, earliest first; none if there is no file. Raises UnreadableAnchors."""
    try:
        lines = settings.ANCHOR_FILE.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for number, line in enumerate(lines, start=1):
        moment, _space, anchor = line.partition(" ")
        try:
            found.append((datetime.fromisoformat(moment), Anchor.read(anchor)))
        except ValueError:
            raise UnreadableAnchors(f"line {number} of {settings.ANCHOR_FILE}") from None
    return found
