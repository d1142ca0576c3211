"""What is counted: the measures, their keys in order, and what they mean. Pure.

A measure divides the contacts, referrals or cases of a month: each has exactly one key. The rules themselves are SQL,
in the migrations, so that nothing but codes leaves the tables of contacts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from handoff.referrals.vocabulary import Outcome
from hotline.contacts.vocabulary import AgeBand, Channel, Kind, Sex
from regions.vocabulary import Language, Phenomenon
from triage.vocabulary import Disposition

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Keys = tuple[tuple[str, "StrPromise | str"], ...]


class Of(StrEnum):
    """What a measure counts, by the month in which ..."""

    CONTACT = "contact"  # ... the counselling contact began
    OTHER_CONTACT = "other_contact"  # ... the contact that was no counselling began
    REFERRAL = "referral"  # ... the referral was offered
    CASE_OPENED = "case_opened"  # ... the case was opened
    CASE_CLOSED = "case_closed"  # ... the case was closed


class Source(StrEnum):
    """Where the keys of a measure come from when the code does not name them."""

    CODE = "code"
    CALLER_TYPES = "caller_types"
    CALLER_GROUPS = "caller_groups"
    REGIONS = "regions"


@dataclass(frozen=True)
class Measure:
    code: str
    of: Of
    label: StrPromise
    keys: Keys = ()
    source: Source = Source.CODE

    def accepts(self, key: str) -> bool:
        """Only of measures whose keys the code names."""
        return any(key == known for known, _label in self.keys)


YES_NO: Keys = (("yes", _("yes")), ("no", _("no")))
NONE_YET: Keys = (("none", _("not assessed")),)
OUTSIDE: Keys = (("abroad", _("abroad")), ("unknown", _("unknown")))
UNKNOWN: Keys = (("unknown", _("unknown")),)

MEASURES: tuple[Measure, ...] = (
    Measure("contacts", Of.CONTACT, _("Counselling contacts"), (("all", _("All")),)),
    Measure("caller_group", Of.CONTACT, _("Who asked for advice"), source=Source.CALLER_GROUPS),
    Measure("caller_type", Of.CONTACT, _("Who asked for advice, in detail"), source=Source.CALLER_TYPES),
    Measure("channel", Of.CONTACT, _("Channel"), tuple(Channel.choices)),
    Measure("language", Of.CONTACT, _("Language"), (*Language.choices, *UNKNOWN)),
    Measure("region", Of.CONTACT, _("Region"), OUTSIDE, Source.REGIONS),
    Measure("phenomenon", Of.CONTACT, _("Phenomenon"), tuple(Phenomenon.choices)),
    Measure("age_band", Of.CONTACT, _("Age of the person of concern"), tuple(AgeBand.choices)),
    Measure("sex", Of.CONTACT, _("Sex of the person of concern"), tuple(Sex.choices)),
    Measure("minor", Of.CONTACT, _("Minors"), (*YES_NO, *UNKNOWN)),
    Measure(
        "disposition", Of.CONTACT, _("What followed"),
        (*((code, label) for code, label in Disposition.choices if code != "open"), *NONE_YET),
    ),
    Measure("security", Of.CONTACT, _("Relevant to security"), YES_NO),
    Measure("repeat", Of.CONTACT, _("First and repeat contacts"), (("first", _("first")), ("repeat", _("repeat")))),
    Measure(
        "other_kind", Of.OTHER_CONTACT, _("Contacts that were no counselling"),
        tuple((code, label) for code, label in Kind.choices if code != "counselling"),
    ),
    Measure("referral_region", Of.REFERRAL, _("Referrals by region"), OUTSIDE, Source.REGIONS),
    Measure(
        "referral_answer", Of.REFERRAL, _("Answers of partners"),
        (("accepted", _("accepted")), ("declined", _("declined")), ("expired", _("no answer in time")),
         ("withdrawn", _("withdrawn")), ("waiting", _("not answered yet"))),
    ),
    Measure(
        "referral_time", Of.REFERRAL, _("Time to a partner's answer"),
        (("4h", _("within 4 hours")), ("1d", _("within 24 hours")), ("2d", _("within 2 days")),
         ("7d", _("within 7 days")), ("longer", _("longer")), ("none", _("no answer"))),
    ),
    Measure(
        "referral_first", Of.REFERRAL, _("Accepted by the first partner asked"),
        (("accepted", _("accepted at once")), ("not_accepted", _("not accepted")), ("waiting", _("not answered yet")),
         ("later", _("a later partner was asked"))),
    ),
    Measure(
        "referral_feedback", Of.REFERRAL, _("Feedback of partners"),
        (("yes", _("feedback given")), ("no", _("none so far")), ("not_accepted", _("not accepted"))),
    ),
    Measure(
        "case_opened", Of.CASE_OPENED, _("Cases opened"),
        tuple((code, label) for code, label in Disposition.choices if code != "open"),
    ),
    Measure(
        "case_duration", Of.CASE_CLOSED, _("Duration of closed cases"),
        (("1m", _("up to 1 month")), ("3m", _("up to 3 months")), ("6m", _("up to 6 months")),
         ("12m", _("up to 12 months")), ("longer", _("longer"))),
    ),
    Measure(
        "case_outcome", Of.CASE_CLOSED, _("Outcome of closed cases"),
        (*Outcome.choices, ("centre", _("closed at the centre"))),
    ),
)  # fmt: skip
BY_CODE = {measure.code: measure for measure in MEASURES}
