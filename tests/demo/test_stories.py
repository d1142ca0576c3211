from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from demo.management.commands.demo import SEED
from demo.stories import CALM, COUNSELLING, NON_COUNSELLING, PLOT_ANSWERS, year
from hotline.contacts.editing import EDITABLE
from triage import checklist
from triage.rules import propose

#: The story has two of them itself, the region follows from the postal code, and the year invents no names.
NOT_TOLD = {"kind", "started_at", "region_id", "alias", "advice"}
TODAY = date(2026, 11, 20)


def test_the_same_seed_and_day_give_the_same_year() -> None:
    assert year(random.Random(7), TODAY) == year(random.Random(7), TODAY)
    assert year(random.Random(7), TODAY) != year(random.Random(8), TODAY)


def test_the_year_has_the_published_proportions() -> None:
    stories = year(random.Random(7), TODAY)
    counselling = [story for story in stories if story.plot]
    assert (len(counselling), len(stories)) == (COUNSELLING, COUNSELLING + NON_COUNSELLING)
    callers = Counter(story.details["caller_type_id"] for story in counselling)
    relatives = sum(callers[code] for code in ("parent", "sibling", "partner", "other_family"))
    professionals = sum(
        callers[code] for code in ("social_work", "youth_work", "counselling", "health", "religious_community")
    )
    private = sum(callers[code] for code in ("friend", "neighbour", "colleague"))
    assert relatives > professionals + private > callers["school"] > callers["affected"]


@pytest.mark.parametrize("seed", [SEED, 1, 2])
@pytest.mark.parametrize("today", [TODAY, date(2026, 11, 28), date(2027, 2, 3), date(2027, 7, 1)])
def test_each_whole_quarter_has_enough_referrals_to_be_shown(seed: int, today: date) -> None:
    """Figures below ten are hidden: so many are needed for answers, times and outcomes to be seen by a funder."""
    quarters: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for story in year(random.Random(seed), today):
        quarters[story.at.year, (story.at.month + 2) // 3][story.ending] += 1
    begun = (today - timedelta(days=366)).replace(day=1)
    whole = [q for q in quarters if date(q[0], q[1] * 3 - 2, 1) >= begun and q < (today.year, (today.month + 2) // 3)]
    assert len(whole) >= 3
    for quarter in whole:
        found = quarters[quarter]
        assert sum(number for ending, number in found.items() if ending) >= 25
        assert found["completed"] + found["in_progress"] + found["accepted"] + found["returned"] >= 12
        assert found["declined"] + found["expired"] + found["withdrawn"] >= 9


def test_year_answers_each_field_of_a_contact() -> None:
    answered = {name for story in year(random.Random(7), TODAY) for name in story.details}
    assert EDITABLE - answered == NOT_TOLD


def test_stories_lie_in_working_hours_before_today() -> None:
    for story in year(random.Random(7), TODAY):
        assert story.at.date() < TODAY
        assert story.at.weekday() < 5
        assert 9 <= story.at.hour < 15


@pytest.mark.parametrize("plot", PLOT_ANSWERS)
def test_the_rules_propose_what_a_plot_is_called(plot: str) -> None:
    answers = {**CALM, **PLOT_ANSWERS[plot], "age_band": "14_17" if plot == "child_protection" else "adult"}
    assert propose(checklist.current(), answers).disposition == plot
