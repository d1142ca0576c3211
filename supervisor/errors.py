"""What the supervisor says when it cannot go on."""

from __future__ import annotations


class Refused(Exception):
    """A reason not to go on, as one clear sentence for the person at the terminal."""
