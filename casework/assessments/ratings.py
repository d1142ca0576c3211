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
    scale = [code for code in question.codes if code != question.unknown]
    chosen = visible(template, given).given.get(question.id, frozenset())
    return next((place for place, code in enumerate(scale, start=1) if code in chosen), None)
