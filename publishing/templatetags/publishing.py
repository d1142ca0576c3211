from __future__ import annotations

from django import template

from ..presenting import name, said

register = template.Library()
register.filter("said", said)
register.filter("period_name", name)
