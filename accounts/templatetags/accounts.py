from __future__ import annotations

from django import template

from accounts.models import User

register = template.Library()


@register.simple_tag
def is_empty_installation() -> bool:
    """Whether nobody can sign in yet."""
    return not User.objects.filter(service="").exists()
