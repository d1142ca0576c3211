"""The error of the supervisor."""

from __future__ import annotations


class Refused(Exception):
    """The supervisor cannot continue; the message is one sentence for the terminal."""
