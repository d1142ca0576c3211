"""Why a write about users or organisations is refused. Views say it in words, at the field."""

from __future__ import annotations


class AddressTaken(Exception):
    """Another user has this e-mail address."""


class ChangedMeanwhile(Exception):
    """The form was filled in on the ground of an older version."""


class RoleDoesNotFit(Exception):
    """The role is none for this kind of organisation, or the person or the organisation is out of use."""


class LastAdministrator(Exception):
    """Nobody would be left who looks after users."""


class UnknownCountry(ValueError):
    """No code of ISO 3166-1."""


class UnknownTimeZone(ValueError):
    """No time zone that this machine and the database know."""


class NameTaken(Exception):
    """Another organisation of this kind has this name."""


class InUse(Exception):
    """The organisation still has something to do. ``reasons``: sentences in the active language."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons
