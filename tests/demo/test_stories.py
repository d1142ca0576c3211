from __future__ import annotations

import random
from collections import Counter
from datetime import date

import pytest

from demo.stories import CALM, COUNSELLING, NON_COUNSELLING, PLOT_ANSWERS, year
from triage import checklist
from triage.rules import propose

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


def test_stories_lie_in_working_hours_before_today() -> None:
    for story in year(random.Random(7), TODAY):
        assert story.at.date() < TODAY
        assert story.at.weekday() < 5
        assert 9 <= story.at.hour < 15


@pytest.mark.parametrize("plot", PLOT_ANSWERS)
def test_the_rules_propose_what_a_plot_is_called(plot: str) -> None:
    answers = {**CALM, **PLOT_ANSWERS[plot], "age_band": "14_17" if plot == "child_protection" else "adult"}
    assert propose(checklist.current(), answers).disposition == plot
