"""Errors of actions on users and organisations. Views show them at the field."""

from __future__ import annotations


class AddressTaken(Exception):
    """Another user has this e-mail address."""


class ChangedMeanwhile(Exception):
    """The form was based on an older version."""


class RoleDoesNotFit(Exception):
    """The role does not fit the kind of organisation, or the person or the organisation is deactivated."""


class NeedsSecondPerson(Exception):
    """Nobody gives this role alone; it has to be proposed."""


class DecidedAlready(Exception):
    """The proposed role was confirmed, declined or withdrawn meanwhile, or its time is over."""


class AddressIsTheirs(Exception):
    """The person has a role that reads content: nobody else changes the address to which their links are mailed."""


class SameAddress(Exception):
    """The person has this address already."""


class LinkIsDead(Exception):
    """The one-time link was used, replaced or withdrawn, or has expired."""


class LastAdministrator(Exception):
    """No administrator would be left."""


class UnknownCountry(ValueError):
    """The code is not in ISO 3166-1."""


class UnknownTimeZone(ValueError):
    """This machine or the database does not have the time zone."""


class NameTaken(Exception):
    """Another organisation of this kind has this name."""


class InUse(Exception):
    """The organisation has open work. ``reasons``: sentences in the active language."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons
