"""The fixed list of tables of a release, with what each means and where it misleads. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from reporting.figures.measures import BY_CODE, Measure

from .content import Chart

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class TableKind:
    """``by_month``: a column for each month beside the total; it is shown in a release of several months only."""

    code: str
    definition: StrPromise
    bias: StrPromise
    chart: Chart = Chart.BARS
    by_month: bool = False

    @property
    def measure(self) -> Measure:
        return BY_CODE[self.code]


BEGAN = _("Counselling contacts by the month in which they began, in the centre's time zone.")
SELF_REPORT = _("As the caller said and the handler noted it; nobody checks it.")
ASSESSED = _("From the assessment in force. Contacts that were not assessed are shown as such.")

TABLES: tuple[TableKind, ...] = (
    TableKind(
        "caller_group", BEGAN,
        _("A person who calls three times counts three times. Who calls depends on where the number is known."),
        Chart.STACKED, by_month=True,
    ),
    TableKind("caller_type", _("The same contacts in detail: each caller type belongs to a group."), SELF_REPORT),
    TableKind(
        "channel", _("How the contact came to the centre."),
        _("A conversation that began by e-mail and went on by telephone counts once, by how it began."),
    ),
    TableKind(
        "language", _("The language of the conversation."),
        _("It is the language that was spoken, not the first language of the family."),
    ),
    TableKind(
        "region", _("Where the person of concern lives, by the first level of regions."),
        _("From the postal code or the handler's choice. Callers who will not say where they live are unknown."),
        Chart.MAP,
    ),
    TableKind(
        "phenomenon", _("The form of radicalisation the contact was about."),
        _("The handler's first impression; it is often corrected later in a case, and then only counts there."),
    ),
    TableKind("age_band", _("The age of the person of concern, in bands."), SELF_REPORT),
    TableKind("sex", _("The sex of the person of concern."), SELF_REPORT),
    TableKind("minor", _("Whether the person of concern is under 18."), SELF_REPORT),
    TableKind("disposition", _("What followed from the contact."), ASSESSED),
    TableKind(
        "security",
        _("Contacts that ended as a security matter, or in which informing the authorities had to be decided."),
        _("It counts that the question arose, not that somebody was informed."),
    ),
    TableKind(
        "repeat", _("A repeat contact belongs to a case that had an earlier counselling contact."),
        _("Who calls again without a case counts as first: callers are not recognised for statistics."),
    ),
    TableKind(
        "other_kind", _("Contacts in which nobody was advised. They are part of no other table."),
        _("They say something about the telephone, nothing about need."),
    ),
    TableKind(
        "referral_region", _("Referrals by the region of the case, by the month in which they were offered."),
        _("A case that two partners were asked about counts twice."), Chart.MAP,
    ),
    TableKind(
        "referral_answer", _("Referrals by the partner's answer."),
        _("As known when the release was prepared: what was offered in the last days may still be answered."),
    ),
    TableKind(
        "referral_time", _("From the offer to the partner's answer, accepted or declined, all hours counted."),
        _("Nights and weekends count, although partners answer in working hours."),
    ),
    TableKind(
        "referral_first", _("Whether the first partner who was asked about a case accepted it."),
        _("It depends on how well the centre chooses as much as on the partners."),
    ),
    TableKind(
        "referral_feedback", _("Whether a partner who accepted gave any feedback."),
        _("A short notice counts like a long report."),
    ),
    TableKind("case_opened", _("Cases by the month in which they were opened, by what was decided."), ASSESSED),
    TableKind(
        "case_duration", _("Cases by the month in which they were closed, by how long they were open."),
        _("Cases that are still open, often the long ones, are missing."),
    ),
    TableKind(
        "case_outcome", _("Cases by the month in which they were closed, by the outcome the last partner reported."),
        _("The partner's own view; nobody asked the family."),
    ),
)  # fmt: skip
ORGANISATIONS = "organisations"
LIAISONS = "liaisons"
