"""The question in which an author rates the whole: in every version of a questionnaire, as a scale."""

from __future__ import annotations

import pytest

from casework.assessments.questionnaire import DIRECTORY, load, names
from casework.assessments.ratings import OVERALL, level_of
from triage.engine import releases
from triage.engine.questionnaire import Kind


@pytest.mark.parametrize("name", OVERALL)
def test_each_version_asks_it_as_a_scale(name: str) -> None:
    assert name in names()
    for version in releases.versions(name, DIRECTORY):
        template = load(name, version)
        question = template.questions[OVERALL[name]]
        assert question.kind is Kind.SCALE
        levels = [level_of(template, {question.id: frozenset({code})}) for code in question.codes]
        known = [level for code, level in zip(question.codes, levels, strict=True) if code != question.unknown]
        assert known == list(range(1, len(question.codes)))
        assert levels[question.codes.index(question.unknown)] is None
        assert level_of(template, {}) is None


@pytest.mark.parametrize("name", sorted({*names()} - {*OVERALL}))
def test_others_are_not_rated(name: str) -> None:
    assert level_of(load(name, 1), {}) is None
