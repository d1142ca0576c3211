"""How well the centre and its partners work: shares of published figures, with definitions and biases. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .content import Content, Figure, Table


@dataclass(frozen=True)
class Indicator:
    """``share``: per cent, rounded to whole ones, of rounded figures; None where a small figure hides it."""

    code: str
    label: str
    share: int | None
    definition: str
    bias: str


def indicators(content: Content) -> list[Indicator]:
    return [
        _indicator(
            content, "central", _("Solved at the centre"), "disposition", ["advice", "central_case"], None,
            _("Contacts that ended with advice or a case at the centre, of all counselling contacts."),
        ),
        _indicator(
            content, "first_answer", _("Partners who answered within 24 hours"), "referral_time", ["4h", "1d"], None,
            _("Referrals answered within 24 hours of the offer, of all that were offered."),
        ),
        _indicator(
            content, "accepted_first", _("Accepted by the first partner"), "referral_first", ["accepted"],
            ["accepted", "not_accepted"], _("Of the cases in which the first partner who was asked has decided."),
        ),
        _indicator(
            content, "feedback", _("With feedback"), "referral_feedback", ["yes"], ["yes", "no"],
            _("Accepted referrals on which the partner gave any feedback, of all that were accepted."),
        ),
        _indicator(
            content, "security", _("Relevant to security"), "security", ["yes"], None,
            _("Of all counselling contacts."),
        ),
        _indicator(
            content, "minors", _("About minors"), "minor", ["yes"], ["yes", "no"],
            _("Of the counselling contacts about somebody whose age is known."),
        ),
        _indicator(
            content, "repeat", _("Repeat contacts"), "repeat", ["repeat"], None,
            _("Contacts of a case that had an earlier one, of all counselling contacts."),
        ),
    ]  # fmt: skip


def _indicator(
    content: Content, code: str, label: str, table: str, counted: Sequence[str], of: Sequence[str] | None, says: str
) -> Indicator:
    """``of``: the rows that make the whole; None for the table's total."""
    found = content.table(table)
    part = _sum(found, counted)
    whole = _sum(found, of) if of else _number(found.total.total if found.total else None)
    share = min(100, round(100 * part / whole)) if part is not None and whole else None
    return Indicator(code, label, share, says, found.bias)


def _sum(table: Table, codes: Sequence[str]) -> int | None:
    figures = [_number(row.total) for row in table.body if row.code in codes]
    known = [figure for figure in figures if figure is not None]
    return sum(known) if figures and len(known) == len(figures) else None


def _number(figure: Figure | None) -> int | None:
    return figure if isinstance(figure, int) else None
