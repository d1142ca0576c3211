"""Template tags for released tables."""

from __future__ import annotations

from django import template

from ..presenting import name, name_of, said

register = template.Library()
register.filter("said", said)
register.filter("period_name", name)
register.filter("period_of_code", name_of)
