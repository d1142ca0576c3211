"""In which question of a questionnaire its author rates the whole, so that a repeated assessment can be compared.

It is the judgement of a professional after all other answers. The answers themselves are not added up: the tools of the
field that the questionnaires follow leave the rating to the professional.
"""

from __future__ import annotations

from triage.engine.answers import visible
from triage.engine.conditions import Given

from .questionnaire import Template

#: In all versions of the questionnaire. Its answers are a scale, the least worrying one first.
OVERALL = {
    "core_questions": "radicalised",
    "domestic_violence": "risk",
    "security_risk": "overall",
    "suicide": "risk",
    "threat": "judgement",
}


def level_of(template: Template, given: Given) -> int | None:
    """The position of the answer in its scale, from 1, without *unknown*; None if it is not rated."""
    question = template.questions.get(OVERALL.get(template.id, ""))
    if question is None:
        return None
    steps = map(question.step, visible(template, given).given.get(question.id, ()))
    return next((step + 1 for step in steps if step is not None), None)
