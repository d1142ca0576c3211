"""The contacts of the fictional year and what followed. Pure; the same seed and day give the same year.

Proportions follow the published figures (docs/domain.md): relatives call most, then professionals and the wider private circle,
then schools, then employers and authorities, affected persons least. More contacts than published become cases and are
handed on to a partner (about one in ten is): otherwise no released figure on referrals of a quarter would reach ten.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .invented_names import LABELS, NOTES, PLACES

ZONE = ZoneInfo("Europe/Berlin")
COUNSELLING = 330
NON_COUNSELLING = 40
DAYS = 365

CALLER_TYPES = {
    "parent": 30, "sibling": 8, "partner": 6, "other_family": 4, "social_work": 7, "youth_work": 5, "counselling": 4, "health": 2,
    "religious_community": 1, "friend": 7, "neighbour": 4, "colleague": 3, "school": 10, "employer": 3, "authority": 4,
    "affected": 2, "unknown": 1,
}  # fmt: skip
RELATIONS = {
    "parent": "child", "sibling": "sibling", "partner": "partner", "other_family": "other_family", "friend": "friend",
    "neighbour": "neighbour", "colleague": "colleague", "school": "pupil", "social_work": "client", "youth_work": "client",
    "counselling": "client", "health": "client", "employer": "colleague", "affected": "self",
}  # fmt: skip
CHANNELS = {
    "phone": 70,
    "callback": 10,
    "email": 10,
    "web_form": 4,
    "sms": 2,
    "whatsapp": 2,
    "in_person": 1,
    "letter": 1,
}
PHENOMENA = {"religious": 48, "right": 24, "conspiracy": 9, "foreign": 6, "left": 3, "mixed": 5, "unknown": 5}
AGE_BANDS = {"under_14": 4, "14_17": 27, "18_20": 19, "21_26": 19, "27_39": 12, "40_plus": 8, "unknown": 11}
SEXES = {"male": 74, "female": 22, "diverse": 1, "unknown": 3}
NON_COUNSELLING_KINDS = {"silent": 35, "wrong_number": 25, "prank": 15, "abusive": 10, "press": 10, "test": 5}
PLOTS = {"advice": 18, "central_case": 7, "referral": 21, "security": 2, "child_protection": 1, "verify_first": 1}
ENDINGS = {
    "completed": 10,
    "in_progress": 1,
    "accepted": 1,
    "declined": 7,
    "expired": 1,
    "returned": 1,
    "withdrawn": 1,
}
TOPICS = [
    "behaviour",
    "appearance",
    "contacts",
    "online",
    "ideology",
    "family",
    "school",
    "violence",
    "conversion",
    "exit",
]

CALM: dict[str, Any] = {
    "source_reliability": "b", "information_credibility": "2", "source_knowledge": "first_hand", "source_motive": "concern",
    "source_conflict": "none", "security_signal": "none", "announced_violence": "no", "weapons": "no", "travel": "no",
    "self_harm": "no", "ours_to_handle": "yes", "radicalisation": "possible", "child_welfare_risk": "no",
    "return_from_conflict_area": "no", "release_from_prison": "no", "consent_caller": "given", "safety_caller": "safe",
}  # fmt: skip
#: What each plot answers otherwise; a test holds that the rules then propose what the plot is called.
PLOT_ANSWERS: dict[str, dict[str, Any]] = {
    "advice": {"radicalisation": "no", "other_explanation": "adolescence", "support_wanted": "information"},
    "central_case": {"support_wanted": "reassurance"},
    "referral": {"radicalisation": "yes", "support_wanted": "local", "support_for": "relatives"},
    "security": {"radicalisation": "yes", "security_signal": "concrete", "travel": "preparing"},
    "child_protection": {"child_welfare_risk": "serious"},
    "verify_first": {
        "source_reliability": "e",
        "source_conflict": "custody_dispute",
        "source_knowledge": "second_hand",
    },
}


@dataclass(frozen=True)
class Story:
    """One contact. ``details``: fields of the contact; ``answers``: triage; ``ending``: how the referral went, or empty."""

    at: datetime
    handler: int
    kind: str
    details: dict[str, Any]
    plot: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    ending: str = ""


def year(rng: random.Random, today: date, share: float = 1.0) -> list[Story]:
    """The contacts of the year before ``today``, oldest first; ``share``: a part of them, for tests."""
    plots = dealt(rng, PLOTS)
    endings = dealt(rng, ENDINGS)
    moments = sorted(_moments(rng, today, round(COUNSELLING * share)))
    stories = [_counselling(rng, moment, next(plots), endings) for moment in moments]
    stories += [_other(rng, moment) for moment in _moments(rng, today, round(NON_COUNSELLING * share))]
    return sorted(stories, key=lambda story: story.at)


def _moments(rng: random.Random, today: date, count: int) -> Iterator[datetime]:
    """Working days, 9 to 15 o'clock; a week of crisis in the seventh month brings three times as many."""
    days = [today - timedelta(days=back) for back in range(2, DAYS)]
    days = [day for day in days if day.weekday() < 5]
    weights = [3 if 205 <= (today - day).days <= 212 else 1 for day in days]
    for day in rng.choices(days, weights, k=count):
        yield datetime.combine(day, time(rng.randint(9, 14), rng.randint(0, 59)), ZONE)


def _counselling(rng: random.Random, at: datetime, plot: str, endings: Iterator[str]) -> Story:
    details = _details(rng, plot)
    answers = {**CALM, **PLOT_ANSWERS[plot]}
    if details["age_band"] == "unknown":
        answers["age_band"] = "adult"
    ending = next(endings) if plot == "referral" else ""
    return Story(at, rng.randrange(3), "counselling", details, plot, answers, ending)


def _details(rng: random.Random, plot: str) -> dict[str, Any]:
    caller_type = pick(rng, CALLER_TYPES)
    country, language, postal_code, municipality = rng.choices(PLACES, [place[4] for place in PLACES])[0][:4]
    age_band = rng.choice(["under_14", "14_17"]) if plot == "child_protection" else pick(rng, AGE_BANDS)
    return {
        "channel": pick(rng, CHANNELS),
        "caller_type_id": caller_type,
        "relation": RELATIONS.get(caller_type, "unknown"),
        "language": language,
        "country": country,
        "postal_code": postal_code,
        "municipality": municipality,
        "phone": _number(rng, country) if rng.random() < 0.6 else "",
        "age_band": age_band,
        "sex": pick(rng, SEXES),
        "phenomenon": pick(rng, PHENOMENA),
        "topics": sorted(rng.sample(TOPICS, rng.randint(1, 3))),
        "label": rng.choice(LABELS[language]),
        "notes": rng.choice(NOTES[language][plot]),
        "is_hard": rng.random() < 0.04,
    }


def _other(rng: random.Random, at: datetime) -> Story:
    details = {"channel": "phone", "language": "de", "caller_type_id": "unknown"}
    return Story(at, rng.randrange(3), pick(rng, NON_COUNSELLING_KINDS), details)


def _number(rng: random.Random, country: str) -> str:
    """From the blocks that the regulators keep free for films and books (Bundesnetzagentur, Arcep); none is anybody's."""
    if country == "DE":
        return f"+49 30 23125 {rng.randint(0, 999):03d}"
    return f"+33 1 99 00 {rng.randint(0, 99):02d} {rng.randint(0, 99):02d}" if country == "FR" else ""


def dealt(rng: random.Random, weights: dict[str, int]) -> Iterator[str]:
    """Keys without end; any few dozen in a row have about the weights' shares, so that each quarter does."""
    while True:
        deck = [key for key, weight in weights.items() for _card in range(weight)]
        rng.shuffle(deck)
        yield from deck


def pick(rng: random.Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]
