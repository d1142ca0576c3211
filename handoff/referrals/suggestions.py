"""The ranking for display: places, levels and reasons in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.cases.models import Case
from regions.reasons import names_of_regions, sentence
from regions.routing import Code, Excluded, FirstSuggestion, Ranked, Ranking, Reason

from .models import CaseConflict

NEAREST = 3  # partners in the short list beside the contact


@dataclass(frozen=True)
class Suggestion:
    """A partner with the reasons for it, or against it if ``place`` is None."""

    organisation_id: int
    name: str
    place: int | None
    level: str
    free: int
    capacity: int
    reasons: list[str]


@dataclass(frozen=True)
class Suggestions:
    ranked: list[Suggestion]
    excluded: list[Suggestion]
    advice: str


def in_words(ranking: Ranking) -> Suggestions:
    """A whole ranking in words. Needs one query, for the names of regions."""
    names = names_of_regions()
    ranked = [_ranked(place, entry, names) for place, entry in enumerate(ranking.ranked, start=1)]
    excluded = [_excluded(entry, names) for entry in ranking.excluded]
    return Suggestions(ranked, excluded, _advice(ranking.outcome))


@dataclass(frozen=True)
class LeftOut:
    """The partners that cannot be asked, each with its conflict of interest in this case, if any."""

    rows: list[tuple[Suggestion, CaseConflict | None]]

    @property
    def has_conflicts(self) -> bool:
        return any(conflict for _partner, conflict in self.rows)


def left_out(case: Case, excluded: Sequence[Suggestion]) -> LeftOut:
    """Partners with a conflict in this case come first, including those that the ranking no longer contains."""
    standing = CaseConflict.objects.standing().filter(case=case).order_by("noted_at")
    found = {
        row.organisation_id: row
        for row in standing.select_related("data_key", "organisation", "noted_by", "declared_in")
    }
    rows = [(partner, found.pop(partner.organisation_id, None)) for partner in excluded]
    rows += [(_unranked(conflict), conflict) for conflict in found.values()]
    return LeftOut(sorted(rows, key=lambda row: row[1] is None))


def _unranked(conflict: CaseConflict) -> Suggestion:
    words = [conflict_in_words(conflict)]
    return Suggestion(conflict.organisation_id, conflict.organisation.name, None, "", 0, 0, words)


def conflict_in_words(conflict: CaseConflict) -> str:
    """The conflict in the words of the ranking."""
    return sentence(Reason(Code.CONFLICT, {"reason": conflict.code}))


def stored_reasons(reasons: list[dict[str, Any]]) -> list[str]:
    """The reasons that were stored with a referral."""
    names = names_of_regions()
    return [sentence(Reason(Code(reason["code"]), reason["params"]), names) for reason in reasons]


def _ranked(place: int, entry: Ranked, names: dict[str, str]) -> Suggestion:
    told = [sentence(reason, names) for reason in entry.reasons]
    candidate = entry.candidate
    return Suggestion(
        candidate.id, candidate.name, place, _level(entry, names), candidate.free, candidate.capacity, told
    )


def _excluded(entry: Excluded, names: dict[str, str]) -> Suggestion:
    told = [sentence(reason, names) for reason in entry.reasons]
    candidate = entry.candidate
    return Suggestion(candidate.id, candidate.name, None, "", candidate.free, candidate.capacity, told)


def _level(entry: Ranked, names: dict[str, str]) -> str:
    """How close the partner is: the first reason of a rank names the region that it covers."""
    if entry.is_national:
        return _("national")
    code = str(entry.reasons[0].params["region"])
    region = names.get(code, code)
    if not entry.distance:
        return _("covers %(region)s") % {"region": region}
    above = ngettext("%(levels)s level above", "%(levels)s levels above", entry.distance) % {"levels": entry.distance}
    return _("covers %(region)s, %(above)s") % {"region": region, "above": above}


def _advice(outcome: FirstSuggestion) -> str:
    sentences = {
        FirstSuggestion.PARTNER: "",
        FirstSuggestion.NATIONAL: _("No partner covers the place, nor a level above it. National partners come next."),
        FirstSuggestion.CENTRAL: _(
            "Nobody fits: no partner at the place or on a level above, no national partner. The centre keeps the case."
        ),
    }
    return sentences[outcome]
