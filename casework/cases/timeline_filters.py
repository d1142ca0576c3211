"""Which part of a case's timeline is shown: kinds of events that belong together, and pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.journal.models import Event
from foundation.journal.registry import codes_in_case

MOST_DIGITS = 18  # digits of a number that the database can store
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class Group(models.TextChoices):
    CONTACTS = "contacts", _("Contacts")
    DECISIONS = "decisions", _("Decisions")
    WORK = "work", _("Work")
    TEAM = "team", _("Case team")
    REFERRALS = "referrals", _("Referrals")


#: By the part of a code before the dot.
FAMILIES = {
    "contact": Group.CONTACTS,
    "access": Group.CONTACTS,
    "assessment": Group.DECISIONS,
    "triage": Group.DECISIONS,
    "case": Group.DECISIONS,
    "action": Group.WORK,
    "case_assessment": Group.WORK,
    "consultation": Group.WORK,
    "plan": Group.WORK,
    "closure": Group.DECISIONS,
    "reopening": Group.DECISIONS,
    "prison_release": Group.WORK,
    "exit_report": Group.WORK,
    "question": Group.WORK,
    "review": Group.WORK,
    "team": Group.TEAM,
    "referral": Group.REFERRALS,
}
#: Kinds that belong elsewhere than their family.
OTHERWISE = {
    "case.contact_linked": Group.CONTACTS,
    "case.note_added": Group.WORK,
    "case.conflict_noted": Group.REFERRALS,
    "case.conflict_taken_back": Group.REFERRALS,
}


def group_of(code: str) -> Group | None:
    """The group of a kind of event; None for one that no filter shows, of which the timeline has none."""
    return OTHERWISE.get(code) or FAMILIES.get(code.partition(".")[0])


def codes_of(group: Group) -> list[str]:
    return [code for code in codes_in_case() if group_of(code) == group]


@dataclass(frozen=True)
class Wish:
    """Which part of a timeline is shown, as its address says.

    ``show``: None for all groups. ``since``: when the reader looked before; what others did later is marked as new.
    """

    show: Group | None = None
    before: int | None = None
    since: datetime | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wish:
        """Of the parameters of an address. ``before``: an id of an event; ``since``: seconds since 1970.

        Raises ValueError.
        """
        show, before, since = given.get("show", ""), _number(given.get("before", "")), _number(given.get("since", ""))
        if since is not None and since > LATEST.timestamp():
            raise ValueError(since)
        moment = None if since is None else datetime.fromtimestamp(since, UTC)
        return cls(Group(show) if show else None, before, moment)

    @property
    def query(self) -> str:
        """The parameters of the part's address without ``before``, ending with an ampersand; empty without any."""
        return _query(show=self.show or "", since=self.marks)

    @property
    def marks(self) -> str:
        """The parameter ``since``."""
        return str(int(self.since.timestamp())) if self.since else ""

    @property
    def is_first_of_all(self) -> bool:
        """Whether the newest of all kinds are shown."""
        return self.show is None and self.before is None

    def is_new(self, event: Event, reader: int | None) -> bool:
        return self.since is not None and event.at > self.since and event.actor_id != reader


NEWEST = Wish()


def _query(**values: str) -> str:
    kept = {name: value for name, value in values.items() if value}
    return f"{urlencode(kept)}&" if kept else ""


def _number(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) < MOST_DIGITS):
        raise ValueError(text)
    return int(text) if text else None
