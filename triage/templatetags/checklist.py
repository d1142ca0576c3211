"""The template tag for a question of the checklist."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from triage.engine.questionnaire import Question
from triage.panel import QuestionView

register = template.Library()


@register.simple_tag
def question(asked: QuestionView) -> SafeString:
    return _rendered(asked.question, asked.given, get_language())


# A panel has more than forty questions, which took two thirds of its time. A question looks the same for everybody who
# reads the language and is shown the same answer; some have several at once, hence the bound.
@lru_cache(maxsize=2048)
def _rendered(asked: Question, given: frozenset[str], language: str | None) -> SafeString:
    return render_to_string("triage/parts/question.html", {"asked": QuestionView(asked, given, is_shown=True)})
