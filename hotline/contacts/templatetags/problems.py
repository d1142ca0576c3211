"""The provider's error codes in words."""

from __future__ import annotations

from django import template

from hotline.telephony.problems import Problem, problem_of

register = template.Library()


@register.filter
def problem_words(code: str | int) -> Problem:
    return problem_of(code)
